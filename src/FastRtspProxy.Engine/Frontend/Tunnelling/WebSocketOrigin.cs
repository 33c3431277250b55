using FastRtspProxy.Protocol.Http;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which page opens a WebSocket. A browser lets any page of any server open one to any address of its network, and says whose the page is: without a
/// look at that, every page could read cameras that are open to the network.
/// </summary>
/// <param name="Origins">The Origin headers; empty: it is no page of a browser.</param>
/// <param name="Host">The Host header; null: there is none.</param>
internal sealed record WebSocketOrigin(IReadOnlyList<string> Origins, string? Host)
{
    /// <summary>True where it is no page, or one of this machine, or one that may.</summary>
    public bool MayCome(WebSocketRules options) => Origins.All(origin =>
        HttpOrigin.IsAllowed(origin, options.AllowOrigins) || HttpOrigin.IsOfThisHost(origin, Host, options.Hosts));
}
