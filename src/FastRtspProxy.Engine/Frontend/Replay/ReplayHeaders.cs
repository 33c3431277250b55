using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which headers go through between a viewer and its recorder: those that are about what is played and how (RFC 2326, section 12; ONVIF streaming
/// specification, replay). What is about the way, the log-in and the session is each side's own. Pure.
/// </summary>
internal static class ReplayHeaders
{
    /// <summary>Of requests.</summary>
    private static readonly string[] s_asked =
        ["Require", "Range", "Scale", "Speed", "Rate-Control", "Immediate", "Frames", "Seek-Style", "Accept-Ranges", "Content-Type"];

    /// <summary>Of answers; RTP-Info besides, with our URLs.</summary>
    private static readonly string[] s_answered =
    [
        "Range", "Scale", "Speed", "Rate-Control", "Immediate", "Frames", "Seek-Style", "Accept-Ranges", "Media-Properties", "Media-Range",
        "Unsupported", "Retry-After", "Allow", "Content-Type",
    ];

    /// <summary>Those of a viewer's request that its recorder is told.</summary>
    public static RtspHeader[] Asked(RtspMessage request) => [.. Of(request, s_asked)];

    /// <summary>Those of a recorder's answer that its viewer is told.</summary>
    public static List<RtspHeader> Answered(RtspMessage answer) => Of(answer, s_answered);

    private static List<RtspHeader> Of(RtspMessage message, string[] names)
    {
        List<RtspHeader> headers = [];
        foreach (string name in names)
        {
            foreach (string value in message.HeaderValues(name))
            {
                headers.Add(new RtspHeader(name, value));
            }
        }

        return headers;
    }
}
