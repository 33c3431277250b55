namespace FastRtspProxy.Captures.Privacy;

/// <summary>Which numbers of a text stay.</summary>
internal enum Digits
{
    /// <summary>Those of a field whose numbers are the protocol's: times, ports, sequence numbers.</summary>
    All,

    /// <summary>Those with as many digits as channels, ports and versions have.</summary>
    Short,

    /// <summary>None: the field is for what people say.</summary>
    None,
}
