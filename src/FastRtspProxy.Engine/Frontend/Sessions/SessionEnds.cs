namespace FastRtspProxy.Engine.Frontend;

/// <summary>How the ends of sessions are called.</summary>
internal static class SessionEnds
{
    /// <summary>Each end but none, in the order of the enum.</summary>
    public static IReadOnlyList<SessionEnd> All { get; } = [.. Enum.GetValues<SessionEnd>().Where(static end => end != SessionEnd.None)];

    /// <summary>The mount has nothing more.</summary>
    public static SessionEnd Of(MountEnd cause) => cause switch
    {
        MountEnd.HoldExpired => SessionEnd.MountLost,
        MountEnd.DescriptionChanged => SessionEnd.MountChanged,
        MountEnd.Removed => SessionEnd.MountRemoved,
        MountEnd.ProgrammeEnded => SessionEnd.ProgrammeEnded,
        _ => SessionEnd.Stopping,
    };

    /// <summary>In one small word.</summary>
    public static string NameOf(SessionEnd end) => end switch
    {
        SessionEnd.Teardown => "teardown",
        SessionEnd.ConnectionClosed => "connection_closed",
        SessionEnd.Expired => "expired",
        SessionEnd.Unreachable => "unreachable",
        SessionEnd.Replaced => "replaced",
        SessionEnd.MountLost => "camera_lost",
        SessionEnd.MountChanged => "camera_changed",
        SessionEnd.MountRemoved => "stream_removed",
        SessionEnd.ProgrammeEnded => "programme_ended",
        SessionEnd.Stopping => "stopping",
        SessionEnd.MadeRoom => "made_room",
        SessionEnd.Revoked => "revoked",
        SessionEnd.Kicked => "kicked",
        _ => "none",
    };
}
