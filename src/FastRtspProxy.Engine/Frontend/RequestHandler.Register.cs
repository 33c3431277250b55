using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>REGISTER and DEREGISTER.</summary>
internal sealed partial class RequestHandler
{
    private Task<RtspResponse> RegisterAsync(ClientConnection connection, RtspMessage request, RtspResponse response) => Task.FromResult(Refuse(response, 405));

    private Task<RtspResponse> DeregisterAsync(ClientConnection connection, RtspMessage request, RtspResponse response) => Task.FromResult(Refuse(response, 405));
}
