using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Which tracks of a camera can be asked for key frames. Pure.</summary>
internal static class KeyFrameAsking
{
    /// <summary>True for pictures whose description offers it, unless the options say whether it is so.</summary>
    public static bool IsPossible(BackendOptions camera, SdpMedia media) =>
        media.Type.Equals("video", StringComparison.OrdinalIgnoreCase) && (camera.AsksForKeyFrames ?? media.KeyFrames != KeyFrameFeedback.None);
}
