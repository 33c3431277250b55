namespace FastRtspProxy.Captures.Privacy;

/// <summary>What is replaced in a capture, as the program counts it for its user.</summary>
internal enum FakeKind
{
    /// <summary>Addresses of machines and groups.</summary>
    Address,

    /// <summary>Names of machines.</summary>
    Host,

    /// <summary>Names of users.</summary>
    User,

    /// <summary>Passwords, also those in queries and paths.</summary>
    Password,

    /// <summary>What a server calls the place that a log-in is for.</summary>
    Realm,

    /// <summary>Nonces and other random values of log-ins, and tokens.</summary>
    Nonce,

    /// <summary>Ids of sessions.</summary>
    Session,

    /// <summary>Sources of RTP.</summary>
    Source,

    /// <summary>Names of sources (RTCP SDES).</summary>
    SourceName,

    /// <summary>Any word that is none of the protocols'.</summary>
    Word,

    /// <summary>Numbers with more digits than channels, ports and versions have.</summary>
    Number,
}
