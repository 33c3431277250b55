using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What clients send to a shard's media ports, and what their hosts say about theirs.</summary>
internal sealed class UdpClients(FrontendShard home) : IUdpMediaSink
{
    public void OnRtcp(ReadOnlySpan<byte> data, in PeerAddress from) => home.Directory.OnDatagram(data, from);

    /// <summary>Players open the way through a NAT with a datagram to our RTP port; what they send there is media where it is a talker's.</summary>
    public void OnRtp(ReadOnlySpan<byte> data, in PeerAddress from) => home.Directory.OnPunch(data, from)?.OnRtp(data);

    public void OnRtpPortClosed(in PeerAddress port, uint? ssrc) => home.Directory.OnRtpPortClosed(port, ssrc);

    public void OnRtcpPortClosed(in PeerAddress port, uint? ssrc) => home.Directory.OnRtcpPortClosed(port, ssrc);
}
