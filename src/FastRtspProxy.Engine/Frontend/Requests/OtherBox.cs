using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where a player is sent that asks for a stream of another box of the cluster.</summary>
internal static class OtherBox
{
    /// <summary>
    /// The URL there; null: it is served here. With it goes what the player said behind the stream's name: a token, a start. Who came by TLS stays in
    /// TLS, and who came without is not sent to certificates that it may not know; what goes through HTTP or a WebSocket has its reasons for that.
    /// </summary>
    public static string? UrlFor(IHopGate? hops, ClientConnection connection, IMount mount, RtspMessage request)
    {
        const string Tls = "rtsps://";
        if (connection.IsTunnel || connection.Auth.Grant.HopStream is not null
            || hops?.ElsewhereFor(mount.Name, request.Header("User-Agent")) is not { } other)
        {
            return null;
        }

        // A balancer may have had the TLS before us.
        bool isSecure = connection.IsSecure || request.Uri.StartsWith(Tls, StringComparison.OrdinalIgnoreCase);
        int query = request.Uri.IndexOf('?', StringComparison.Ordinal);
        return isSecure != other.StartsWith(Tls, StringComparison.OrdinalIgnoreCase) ? null : query < 0 ? other : other + request.Uri[query..];
    }
}
