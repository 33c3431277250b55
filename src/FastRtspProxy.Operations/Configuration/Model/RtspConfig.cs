using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Where viewers connect.</summary>
internal sealed record RtspConfig
{
    /// <summary>Tried in this order; the first that can be had is used.</summary>
    public ValueList<ListenPoint> Listen { get; init; } = [new(null, 554), new(null, 8554)];

    /// <summary>The address of those listen points that name none; null: every address.</summary>
    public IPAddress? Bind { get; init; }

    /// <inheritdoc cref="PortSpan"/>
    public PortSpan UdpPorts { get; init; } = new(6970, 7999);

    /// <summary>Ports of their own for RTSP over HTTP, tried in this order; the RTSP port takes such tunnels too.</summary>
    public ValueList<int> HttpTunnelPorts { get; init; } = [];

    /// <inheritdoc cref="WebSocketConfig"/>
    public WebSocketConfig WebSocket { get; init; } = new();

    /// <inheritdoc cref="ProxyProtocolConfig"/>
    public ProxyProtocolConfig ProxyProtocol { get; init; } = new();

    /// <summary>The address that all of <see cref="Listen"/> have, that is <see cref="Bind"/> where they name none; null: every address.</summary>
    public IPAddress? Address => Listen.Select(static point => point.Address).FirstOrDefault(static address => address is not null) ?? Bind;
}
