using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>HTTP on an RTSP port.</summary>
internal sealed partial class RequestHandler
{
    private RtspResponse HandleHttp(ClientConnection connection, RtspMessage request, RtspResponse response) => Refuse(response, RtspStatus.MethodNotAllowed);
}
