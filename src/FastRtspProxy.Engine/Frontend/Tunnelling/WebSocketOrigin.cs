using FastRtspProxy.Protocol.Http;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which page opens a WebSocket. A browser lets any page of any server open one to any address of its network, and says whose the page is: without a
/// look at that, every page could read cameras that are open to the network.
/// </summary>
/// <param name="Page">The Origin header; null: it is no page of a browser.</param>
/// <param name="Host">Of a page, the Host header; null: there is none.</param>
internal sealed record WebSocketOrigin(string? Page, string? Host)
{
    /// <summary>What an opening says. A browser says it once; several are told together, which is nobody's.</summary>
    public static WebSocketOrigin Of(RtspMessage request)
    {
        IReadOnlyList<string> pages = request.HeaderValues("Origin");
        return pages.Count == 0 ? new WebSocketOrigin(null, null) : new WebSocketOrigin(string.Join(", ", pages), request.Header("Host"));
    }

    /// <summary>True where it is no page, or one of this machine, or one that may.</summary>
    public bool MayCome(WebSocketRules rules) =>
        Page is null || HttpOrigin.IsAllowed(Page, rules.AllowOrigins) || HttpOrigin.IsOfThisHost(Page, Host, rules.Hosts);
}
