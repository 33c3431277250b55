namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where a session stands (RFC 2326, A.2). It is made by its first SETUP, so there is no state before <see cref="Ready"/>.</summary>
internal enum SessionState
{
    /// <summary>Set up; nothing is sent.</summary>
    Ready,

    /// <summary>PLAY was asked for; the mount has not answered yet.</summary>
    Starting,

    /// <summary>Media is sent.</summary>
    Playing,

    /// <summary>Gone: every request answers 454.</summary>
    Ended,
}
