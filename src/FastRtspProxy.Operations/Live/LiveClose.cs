using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Operations.Live;

/// <summary>
/// Why the live picture's WebSocket is closed: a code of the private range (RFC 6455 section 7.4.2) whose last digits are the HTTP status that would
/// say the same, and a reason in words, which pages show.
/// </summary>
/// <param name="Code">The status code.</param>
/// <param name="Reason">At most 123 bytes (section 5.5.1).</param>
internal readonly record struct LiveClose(int Code, string Reason)
{
    public static LiveClose Revoked => new(4403, "revoked: you may not watch this stream");

    public static LiveClose Flood => new(4429, "flood: a page has nothing to say here");

    public static LiveClose Of(LiveRefusal refusal) => refusal switch
    {
        LiveRefusal.NotFound => new(4404, "not found: there is no such stream"),
        LiveRefusal.Full => new(4453, "limit: there is no place for another viewer"),
        LiveRefusal.Draining => new(4503, "draining: the proxy lets nobody in any more"),
        _ => new(4504, "unavailable: the camera does not answer"),
    };

    public static LiveClose Of(SessionEnd end) => end switch
    {
        SessionEnd.Kicked => new(4409, "kicked: somebody ended this viewer"),
        SessionEnd.MountRemoved => new(4410, "removed: the stream was removed"),
        SessionEnd.ProgrammeEnded => new(1000, "ended: the programme is over"),
        SessionEnd.Stopping => new(4503, "draining: the proxy stops"),
        _ => new(4504, "unavailable: the camera was lost"),
    };
}
