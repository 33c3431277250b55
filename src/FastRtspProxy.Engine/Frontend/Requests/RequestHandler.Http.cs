using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>HTTP on an RTSP port: the two halves of a tunnel, WebSockets, and browsers, which are told that they are wrong here.</summary>
internal sealed partial class RequestHandler
{
    private const string CookieHeader = "x-sessioncookie";

    /// <summary>The tunnel that this request's cookie names, if it is a POST.</summary>
    public HttpTunnel? TunnelOf(RtspMessage request) =>
        request.IsHttp && request.Method == RtspMethod.Post && request.Header(CookieHeader) is { } cookie ? _frontend.Tunnels.Find(cookie) : null;

    /// <summary>
    /// The two connections of a tunnel may overtake each other: a POST waits a while for its GET. Done at once where there is nothing to wait for.
    /// </summary>
    public Task WhenGetIsThereAsync(RtspMessage request, Shard shard, Task peerEnded) =>
        request.IsHttp && request.Method == RtspMethod.Post && TunnelOf(request) is null && request.Header(CookieHeader) is { } cookie
            ? _frontend.Tunnels.WaitForGetAsync(cookie, shard, peerEnded)
            : Task.CompletedTask;

    private RtspResponse HandleHttp(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        switch (request.Method)
        {
            case RtspMethod.Get when !connection.IsTunnel && WebSocketOpening.IsAskedBy(request):
                return new WebSocketOpening(_frontend, connection).Answer(request, response);

            case RtspMethod.Get when request.Header(CookieHeader) is { } cookie && !connection.IsTunnel:
                HttpTunnel opened = new(cookie, connection);
                if (_frontend.Tunnels.TryAdd(opened))
                {
                    BeginHttp(response, RtspStatus.Ok)
                        .With("Cache-Control", "no-cache")
                        .With("Pragma", "no-cache")
                        .With("Content-Type", "application/x-rtsp-tunnelled");
                    response.AfterWritten = () => connection.BeginTunnel(opened);
                    return response;
                }

                break;

            // Not from inside a tunnel: its socket is read already, for its end. And as the GET came: what was asked by TLS is not steered past it.
            case RtspMethod.Post when !connection.IsTunnel && TunnelOf(request) is { } tunnel && tunnel.Home == connection.Home
                && tunnel.IsSecure == connection.IsSecure:
                response.Begin().IsSilent = true;
                response.PostOf = tunnel;
                return response;

            case RtspMethod.Options:
                // A browser's player asks before it may send the cookie (the CORS preflight).
                return BeginHttp(response, RtspStatus.Ok)
                    .With("Access-Control-Allow-Origin", "*")
                    .With("Access-Control-Allow-Methods", "POST, GET, OPTIONS")
                    .With("Access-Control-Allow-Headers", "x-sessioncookie, Pragma, Cache-Control")
                    .With("Access-Control-Max-Age", "1728000");
        }

        BeginHttp(response, RtspStatus.MethodNotAllowed).CloseAfter = true;
        return response;
    }

    private RtspResponse BeginHttp(RtspResponse response, int status)
    {
        response.Begin(status);
        response.HasCSeq = false;
        response.Version = "HTTP/1.0";
        return Dated(response);
    }
}
