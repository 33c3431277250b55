using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which RTP profile the SETUP of a track names: that of the description, and where this has feedback (<c>RTP/AVPF</c>, <c>RTP/SAVPF</c>) and is
/// refused, the one without it, which most players name whatever they read. What the camera took last is named first from then on. One for each
/// mount, which the viewers of a recorder share; any thread.
/// </summary>
internal sealed class ProfileChoice
{
    /// <summary>
    /// Of the two, the camera took last the one without feedback for a track that it describes with it. A hint: nothing else is read by it.
    /// </summary>
    private volatile bool _isPlain;

    /// <summary>SETUP of a track, and once more by the other profile where the camera may not know the first.</summary>
    /// <param name="media">The track, as described.</param>
    /// <param name="isProtected">It is set up encrypted.</param>
    /// <param name="ask">Asks by the profile of that name.</param>
    public async Task<RtspReply> SetUpAsync(SdpMedia media, bool isProtected, Func<string, Task<RtspReply>> ask)
    {
        bool wasPlain = _isPlain;
        RtspReply reply = await ask(Name(isProtected, HasFeedback(media) && !wasPlain));
        if (!HasFeedback(media) || !MayBeAboutTheProfile(reply.Status))
        {
            return reply;
        }

        RtspReply other = await ask(Name(isProtected, wasPlain));
        if (other.IsOk)
        {
            _isPlain = !wasPlain;
        }

        return other.IsOk || TrackSetup.IsSessionWide(other.Status) ? other : reply;
    }

    /// <summary>Few cameras know 461; what is said of the URL is not about its profile.</summary>
    private static bool MayBeAboutTheProfile(int status) =>
        TransportChoice.IsAboutTheWay(status) && status is not (RtspStatus.NotFound or RtspStatus.Gone);

    private static bool HasFeedback(SdpMedia media) => media.Protocol.EndsWith("AVPF", StringComparison.OrdinalIgnoreCase);

    private static string Name(bool isProtected, bool hasFeedback) =>
        isProtected ? hasFeedback ? "RTP/SAVPF" : "RTP/SAVP" : hasFeedback ? "RTP/AVPF" : "RTP/AVP";
}
