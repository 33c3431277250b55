namespace FastRtspProxy.Protocol.Sdp;

/// <summary>What the front-end's description says about ourselves.</summary>
public sealed record SdpRewriteOptions
{
    /// <summary>sess-id of o=: the same for all descriptions of one mount.</summary>
    public ulong SessionId { get; init; }

    /// <summary>sess-version of o=: grows with each change of the description.</summary>
    public ulong SessionVersion { get; init; } = 1;

    /// <summary>The address of o=; where it is an IPv6 address, c= is of that family, too.</summary>
    public string OriginAddress { get; init; } = "0.0.0.0";

    /// <summary>Taken when the camera says no s=.</summary>
    public string SessionName { get; init; } = "FastRtspProxy";

    /// <summary>The value of a=tool, null for none.</summary>
    public string? Tool { get; init; }

    /// <summary>A bit for each track, from 0, that is not described; the others keep their names.</summary>
    public uint LeftOutTracks { get; init; }

    /// <summary>
    /// A bit for each track, from 0, whose camera can be asked for key frames: a client may ask us (RFC 4585 section 4.2, RFC 5104 section 7.1).
    /// </summary>
    public uint KeyFrameTracks { get; init; }

    /// <summary>It is a recording: which times it has is its own to say (t=, a=range), and it is no broadcast.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>The camera's back channels are described too, `back1` …, for a client that asks for them.</summary>
    public bool OffersBackChannels { get; init; }

    /// <summary>fmtp parameters by <see cref="SdpMedia.Index"/> that take the place of the camera's (parameter sets that were seen in the stream
    /// when the camera named none); the only codec line that is ever changed.</summary>
    public IReadOnlyDictionary<int, string>? Fmtp { get; init; }
}
