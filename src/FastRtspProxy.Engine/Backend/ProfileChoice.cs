using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which RTP profile the SETUP of a track names: that of the description, and where this has feedback (<c>RTP/AVPF</c>, <c>RTP/SAVPF</c>) and is
/// refused, the one without it, which most players name whatever they read. What the camera took last is named first from then on. One for each
/// mount, on its shard.
/// </summary>
internal sealed class ProfileChoice
{
    /// <summary>Of the two, the camera took last the one without feedback for a track that it describes with it.</summary>
    private bool _isPlain;

    /// <summary>What SETUP of the track names first.</summary>
    /// <param name="media">The track, as described.</param>
    /// <param name="isProtected">It is set up encrypted.</param>
    public string First(SdpMedia media, bool isProtected) => Name(isProtected, HasFeedback(media) && !_isPlain);

    /// <summary>What SETUP of the track names once more when <see cref="First"/> was answered like that; null: nothing.</summary>
    public string? Second(SdpMedia media, bool isProtected, int status) =>
        HasFeedback(media) && MayBeAboutTheProfile(status) ? Name(isProtected, _isPlain) : null;

    /// <summary>The camera took <see cref="Second"/>.</summary>
    public void OnSecondTaken() => _isPlain = !_isPlain;

    /// <summary>Few cameras know 461; what is said of the URL is not about its profile.</summary>
    private static bool MayBeAboutTheProfile(int status) =>
        TransportChoice.IsAboutTheWay(status) && status is not (RtspStatus.NotFound or RtspStatus.Gone);

    private static bool HasFeedback(SdpMedia media) => media.Protocol.EndsWith("AVPF", StringComparison.OrdinalIgnoreCase);

    private static string Name(bool isProtected, bool hasFeedback) =>
        isProtected ? hasFeedback ? "RTP/SAVPF" : "RTP/SAVP" : hasFeedback ? "RTP/AVPF" : "RTP/AVP";
}
