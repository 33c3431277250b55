namespace FastRtspProxy.Engine.Frontend;

/// <summary>Why a mount ended the play of its clients.</summary>
internal enum MountEnd
{
    /// <summary>The back-end was lost and did not return within the hold.</summary>
    HoldExpired,

    /// <summary>The back-end came back with other tracks or codecs; what the client was told no longer fits.</summary>
    DescriptionChanged,

    /// <summary>The mount was taken away (DEREGISTER, or a new stream under its name).</summary>
    Removed,

    /// <summary>The back-end's programme, a file or a recording, was played to its end.</summary>
    ProgrammeEnded,

    /// <summary>The proxy stops.</summary>
    Stopping,
}
