using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>One failure of a back-end, ready to be shown: no credentials are ever in it, whatever the camera has said.</summary>
/// <param name="Kind">For decisions.</param>
/// <param name="Message">For people: what happened, without the stream's name and without what is tried next.</param>
internal sealed record BackendFailure(BackendFailureKind Kind, string Message)
{
    /// <summary>
    /// For people: what happened, without the stream's name and without what is tried next. Passwords in it are masked when it is set.
    /// </summary>
    public string Message { get; init => field = Printable.Line(value); } = Printable.Line(Message);

    /// <summary>The status of the answer that says no; 0: no answer says it.</summary>
    public int Status { get; init; }

    /// <summary>Why no connection could be made; null: that was not it.</summary>
    public ConnectFailure? Connect { get; init; }

    /// <summary>The camera's own wish (Retry-After), bounded.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Where a REDIRECT request, or the answer to another request than DESCRIBE, sent us.</summary>
    public RtspUrl? RedirectTo { get; init; }

    /// <summary>The address of the camera that sent us there.</summary>
    public IPAddress? RedirectedBy { get; init; }

    /// <summary>The way that is tried next, at once; null where that is no question of the way.</summary>
    public MediaWay? NextWay { get; init; }

    /// <summary>It was said before in these words: a further round of ways.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>The camera was waited for less long than usual: another source may answer sooner.</summary>
    public bool IsEarly { get; init; }

    /// <summary>The wait before the next attempt, where it is not the usual one.</summary>
    public TimeSpan? FirstWait { get; init; }

    /// <summary>
    /// True where another try makes sense at once: it is made in another way, or the camera answers and only a new session is wanted.
    /// </summary>
    public bool RetryAtOnce =>
        Kind is BackendFailureKind.WayFailed or BackendFailureKind.VideoSilent
            or BackendFailureKind.Redirected or BackendFailureKind.ClosedAfterChallenge;
}
