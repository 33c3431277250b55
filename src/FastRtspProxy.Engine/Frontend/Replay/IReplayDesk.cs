using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where viewers of a replay stream get their sessions with the recorder.</summary>
internal interface IReplayDesk
{
    /// <summary>
    /// Opens a session with the recorder that is the viewer's alone, and reads its description. It lives on the viewer's shard, where this is called
    /// and what is said to <paramref name="output"/> is said; a session that is given is the caller's to close. The mount counts the viewer from now
    /// on, until the session is closed or was not to be had, and tells it by <see cref="MountClient.OnMountEnded"/> when there is no more.
    /// </summary>
    /// <param name="viewer">Who.</param>
    /// <param name="output">Where what the recorder sends goes.</param>
    /// <param name="asked">What the viewer says with its request.</param>
    Task<ReplayOpening> OpenAsync(MountClient viewer, IReplayOutput output, RtspHeader[] asked);
}
