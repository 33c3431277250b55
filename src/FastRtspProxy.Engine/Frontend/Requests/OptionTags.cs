using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Which option tags of Require and Proxy-Require (RFC 2326, 12.32 and 12.27) are a reason to refuse a request.</summary>
internal static class OptionTags
{
    /// <summary>ONVIF's back channel.</summary>
    public const string BackChannel = "www.onvif.org/ver20/backchannel";

    /// <summary>
    /// The tags that we do not serve, as they came, in their order; empty: nothing to refuse. Nothing optional is served but ONVIF's replay
    /// of what is kept and, of streams that have one, its back channel, and that matters where the media is described, chosen and started. Elsewhere
    /// a refusal helps nobody: OPTIONS only asks (RFC 2326's own example requires something; EasyDarwin gives up at a 551), TEARDOWN and PAUSE must
    /// stop the media, and parameters are keep-alives.
    /// </summary>
    public static string Unsupported(RtspMessage request)
    {
        if (request.Method is not (RtspMethod.Describe or RtspMethod.Setup or RtspMethod.Play))
        {
            return "";
        }

        List<string>? refused = null;
        foreach (string name in (ReadOnlySpan<string>)["Require", "Proxy-Require"])
        {
            foreach (string line in request.HeaderValues(name))
            {
                foreach (string tag in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    if (!IsHarmless(tag))
                    {
                        (refused ??= []).Add(tag);
                    }
                }
            }
        }

        return refused is null ? "" : string.Join(", ", refused);
    }

    /// <summary>
    /// Tags that ask for nothing that a live stream does differently: EasyDarwin's and vdk's, those of RealPlayer and Helix; and that of ONVIF's
    /// replay, as rtspsrc's onvif-mode has it: a Range in clock and Rate-Control are what it needs of us. The back channel is a stream's own affair
    /// (<see cref="TalkCheck"/>).
    /// </summary>
    private static bool IsHarmless(string tag) =>
        tag.Equals("implicit-play", StringComparison.OrdinalIgnoreCase)
        || tag.Equals("onvif-replay", StringComparison.OrdinalIgnoreCase)
        || tag.Equals(BackChannel, StringComparison.OrdinalIgnoreCase)
        || tag.StartsWith("com.real.", StringComparison.OrdinalIgnoreCase);

    /// <summary>The client would talk to the camera (ONVIF streaming specification, section 5.3).</summary>
    public static bool AsksToTalk(RtspMessage request)
    {
        foreach (string line in request.HeaderValues("Require"))
        {
            if (line.Contains(BackChannel, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
