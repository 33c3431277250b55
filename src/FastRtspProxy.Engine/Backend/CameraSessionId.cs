using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The id that the camera gave us, and its time-out. It is taken from whatever answer it comes with, DESCRIBE's and OPTIONS' included, and returned
/// in everything that follows (RFC 2326 section 12.37). It ends with the session or with a redirect. No clock, no sockets.
/// </summary>
internal sealed class CameraSessionId(TimeSpan timeout)
{
    /// <summary>True once a SETUP was answered 2xx: the id is that of a session which exists, not one that was handed out beforehand.</summary>
    private bool _isSetUp;

    /// <summary>What every request carries, and what a TEARDOWN is owed for; null: the camera holds nothing of ours.</summary>
    public string? Value { get; private set; }

    /// <summary>The time-out that the camera announced last, or the usual one.</summary>
    public TimeSpan Timeout { get; private set; } = timeout;

    /// <summary>Looks at an answer.</summary>
    /// <param name="method">What it answers.</param>
    /// <param name="status">Its status.</param>
    /// <param name="header">Its Session header, if there is one.</param>
    public void Take(string method, int status, string? header)
    {
        _isSetUp |= method == RtspMethod.Setup && status is >= 200 and < 300;

        // 454 repeats the id that it does not know, and the answer to TEARDOWN the one that has just ended.
        if (header is null || status == RtspStatus.SessionNotFound || method == RtspMethod.Teardown
            || !SessionHeader.TryParse(header, out string id, out int? timeoutSeconds))
        {
            return;
        }

        // Quirk: the id changes between SETUPs (retina, CHANGELOG.md); the newest counts.
        Value = id;
        if (timeoutSeconds is > 0)
        {
            Timeout = TimeSpan.FromSeconds(timeoutSeconds.Value);
        }
    }

    /// <summary>
    /// True where a SETUP is worth sending once more without the id: the id came with an earlier answer, and the first SETUP says that there is no
    /// such session.
    /// </summary>
    public bool DropAfter(string method, int status)
    {
        if (Value is null || _isSetUp || method != RtspMethod.Setup || status != RtspStatus.SessionNotFound)
        {
            return false;
        }

        End();
        return true;
    }

    /// <summary>The session has ended, or we were sent elsewhere.</summary>
    public void End()
    {
        Value = null;
        _isSetUp = false;
    }
}
