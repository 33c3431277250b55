using System.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>rtsp</c>.</summary>
internal static class RtspKeys
{
    public static ConfigShape<RtspConfig> Shape { get; } = new(
        new RtspConfig(),
        new ValuesKey<RtspConfig, ListenPoint>("listen", ConfigTypes.ListenPoint, static c => c.Listen, static (c, v) => c with { Listen = v })
        {
            Text = "where viewers connect: the first that can be had; all of one address",
            Effect = ConfigEffect.Restart,
            CountMin = 1,
        },
        new ValueKey<RtspConfig, IPAddress?>("bind", ConfigTypes.AddressOrNull, static c => c.Bind, static (c, v) => c with { Bind = v })
        {
            Text = "listen on this local address only",
            DefaultWords = "every address, IPv4 and IPv6",
            Effect = ConfigEffect.Restart,
            Option = new("--bind"),
            Sample = "null",
        },
        new ValueKey<RtspConfig, PortSpan>("udpPorts", ConfigTypes.PortSpan, static c => c.UdpPorts, static (c, v) => c with { UdpPorts = v })
        {
            Text = "UDP ports of the front-end, in even/odd pairs, one pair for each event loop",
            Effect = ConfigEffect.Restart,
            Option = new("--udp-ports"),
        },
        new ValuesKey<RtspConfig, int>(
            "httpTunnelPorts", ConfigTypes.Port, static c => c.HttpTunnelPorts, static (c, v) => c with { HttpTunnelPorts = v })
        {
            Text = "ports of their own for RTSP over HTTP: the first that can be had; the RTSP port takes such tunnels too",
            Effect = ConfigEffect.Restart,
            Sample = "[8000, 8080]",
        },
        new SectionKey<RtspConfig, WebSocketConfig>("webSocket", WebSocket, static c => c.WebSocket, static (c, v) => c with { WebSocket = v })
        {
            Text = "RTSP over WebSocket, as ONVIF has it (sub-protocol rtsp.onvif.org), on the ports of RTSP and rtsps",
        },
        new SectionKey<RtspConfig, ProxyProtocolConfig>(
            "proxyProtocol", ProxyProtocol, static c => c.ProxyProtocol, static (c, v) => c with { ProxyProtocol = v })
        {
            Text = "balancers that say in front of a connection who the viewer is (PROXY protocol, versions 1 and 2)",
        });

    private static ConfigShape<WebSocketConfig> WebSocket => new(
        new WebSocketConfig(),
        new ValueKey<WebSocketConfig, bool>("enabled", ConfigTypes.Flag, static c => c.Enabled, static (c, v) => c with { Enabled = v })
        {
            Text = "take WebSockets; viewers log in by RTSP inside, as everywhere",
            Sample = "true",
        },
        new ValuesKey<WebSocketConfig, string>(
            "allowOrigins", HttpTypes.Origin, static c => c.AllowOrigins, static (c, v) => c with { AllowOrigins = v })
        {
            Text = "pages of other servers that may open one; those of this machine may (by address, as localhost, by a name of http.hosts), and "
                + "whoever is no browser",
            DefaultWords = "none",
            Sample = "[\"https://dashboard.example\"]",
        });

    private static ConfigShape<ProxyProtocolConfig> ProxyProtocol => new(
        new ProxyProtocolConfig(),
        new ValuesKey<ProxyProtocolConfig, IPNetwork>("from", ConfigTypes.Network, static c => c.From, static (c, v) => c with { From = v })
        {
            Text = "the balancers: each connection of theirs must begin with a PROXY header, and the viewer's address is what it says; "
                + "such viewers get media over TCP only",
            Effect = ConfigEffect.Restart,
            DefaultWords = "nobody",
            Sample = "[192.0.2.0/24]",
        });
}
