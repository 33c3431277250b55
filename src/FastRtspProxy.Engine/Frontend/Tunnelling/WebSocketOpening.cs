using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.WebSocket;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The GET that makes a connection a WebSocket (RFC 6455 section 4.2), with the sub-protocol of ONVIF. Its path means nothing: what is asked for is
/// said by RTSP inside, and who may have it is judged there.
/// </summary>
internal sealed class WebSocketOpening(FrontendServer frontend, ClientConnection connection)
{
    private const string SubProtocol = "rtsp.onvif.org";
    private const string Version = "13";

    /// <summary>True for a request that wants to go on as a WebSocket.</summary>
    public static bool IsAskedBy(RtspMessage request) => HasToken(request, "Upgrade", "websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>101, after which the connection is a WebSocket; or a refusal that says what is wrong, after which it is closed.</summary>
    public RtspResponse Answer(RtspMessage request, RtspResponse response)
    {
        if (frontend.WebSocket is not { } rules)
        {
            return Refuse(response, RtspStatus.NotImplemented, "RTSP over WebSocket is off here: rtsp.webSocket.enabled turns it on.");
        }

        if (request.Version != "HTTP/1.1" || !HasToken(request, "Connection", "Upgrade", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(response, RtspStatus.BadRequest, "A WebSocket is asked for by HTTP/1.1 with \"Connection: Upgrade\".");
        }

        if (request.Header("Sec-WebSocket-Version") != Version)
        {
            return Refuse(response, 426, "Only version 13 of WebSockets is spoken here.", "Upgrade Required")
                .With("Sec-WebSocket-Version", Version)
                .With("Upgrade", "websocket");
        }

        if (request.Header("Sec-WebSocket-Key") is not { } key || !WebSocketKey.IsKey(key))
        {
            return Refuse(response, RtspStatus.BadRequest, "Sec-WebSocket-Key is 16 bytes in base64.");
        }

        if (!HasToken(request, "Sec-WebSocket-Protocol", SubProtocol, StringComparison.Ordinal))
        {
            return Refuse(response, RtspStatus.BadRequest, $"The sub-protocol is {SubProtocol}: Sec-WebSocket-Protocol has to name it.");
        }

        if (connection.Carrier.Count > 0)
        {
            return Refuse(response, RtspStatus.BadRequest, "A connection with a session cannot become a WebSocket.");
        }

        WebSocketOrigin origin = WebSocketOrigin.Of(request);
        if (!origin.MayCome(rules))
        {
            frontend.Refusals.OnOrigin(origin.Page!, connection.RemoteAddress, connection.Home.Shard.NowMicros);
            return Refuse(response, RtspStatus.Forbidden, "Pages of this origin may not: rtsp.webSocket.allowOrigins has those of other servers.");
        }

        Begin(response, 101, "Switching Protocols")
            .With("Upgrade", "websocket")
            .With("Connection", "Upgrade")
            .With("Sec-WebSocket-Accept", WebSocketKey.AcceptOf(key))
            .With("Sec-WebSocket-Protocol", SubProtocol)
            .AfterWritten = () => connection.BeginTunnel(new WebSocketTunnel(frontend, connection, origin, rules));
        return response;
    }

    private static bool HasToken(RtspMessage request, string header, string token, StringComparison comparison)
    {
        foreach (string value in request.HeaderValues(header))
        {
            foreach (Range range in value.AsSpan().Split(','))
            {
                if (value.AsSpan(range).Trim().Equals(token, comparison))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private RtspResponse Refuse(RtspResponse response, int status, string text, string? reason = null)
    {
        Begin(response, status, reason).With("Content-Type", "text/plain; charset=utf-8").With("Connection", "close");
        response.Body = Encoding.UTF8.GetBytes(text + "\n");
        response.CloseAfter = true;
        return response;
    }

    private RtspResponse Begin(RtspResponse response, int status, string? reason)
    {
        response.Begin(status, reason);
        response.HasCSeq = false;
        response.Version = "HTTP/1.1";
        return response.With("Date", RtspDate.Format(frontend.UtcNow));
    }
}
