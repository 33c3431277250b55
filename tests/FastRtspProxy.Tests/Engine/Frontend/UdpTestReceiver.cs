using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A client's RTP and RTCP port.</summary>
internal sealed class UdpTestReceiver : IDisposable
{
    private readonly UdpClient _rtp;
    private UdpClient _rtcp;

    public UdpTestReceiver(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _rtp = new UdpClient(new IPEndPoint(address, 0));
        _rtcp = new UdpClient(new IPEndPoint(address, 0));
    }

    private UdpTestReceiver(UdpClient rtp, UdpClient rtcp)
    {
        _rtp = rtp;
        _rtcp = rtcp;
    }

    /// <summary>Two ports of which the second is the next.</summary>
    public static UdpTestReceiver Adjacent()
    {
        while (true)
        {
            UdpClient rtp = new(new IPEndPoint(IPAddress.Loopback, 0));
            int next = ((IPEndPoint)rtp.Client.LocalEndPoint!).Port + 1;
            try
            {
                return new UdpTestReceiver(rtp, new UdpClient(new IPEndPoint(IPAddress.Loopback, next)));
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                rtp.Dispose(); // taken, or the last port of all
            }
        }
    }

    public int RtpPort => ((IPEndPoint)_rtp.Client.LocalEndPoint!).Port;

    public int RtcpPort => ((IPEndPoint)_rtcp.Client.LocalEndPoint!).Port;

    public string Transport => $"Transport: RTP/AVP;unicast;client_port={RtpPort}-{RtcpPort}";

    /// <summary>Where the last datagram that was read came from.</summary>
    public IPEndPoint? From { get; private set; }

    public async Task<(InterleavedPacket Packet, int FromPort)> ReadRtpAsync()
    {
        using CancellationTokenSource cancel = new(RtspTestClient.Limit);
        UdpReceiveResult result = await _rtp.ReceiveAsync(cancel.Token);
        From = result.RemoteEndPoint;
        return (new InterleavedPacket(0, result.Buffer), result.RemoteEndPoint.Port);
    }

    public async Task<byte[]> ReadRtcpAsync()
    {
        using CancellationTokenSource cancel = new(RtspTestClient.Limit);
        UdpReceiveResult result = await _rtcp.ReceiveAsync(cancel.Token);
        From = result.RemoteEndPoint;
        return result.Buffer;
    }

    /// <summary>True when no RTP comes for a while.</summary>
    public async Task<bool> IsSilentAsync(TimeSpan span)
    {
        using CancellationTokenSource cancel = new(span);
        try
        {
            await _rtp.ReceiveAsync(cancel.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Drain()
    {
        while (_rtp.Available > 0)
        {
            IPEndPoint? from = null;
            _rtp.Receive(ref from);
        }
    }

    public Task SendRtcpAsync(byte[] compound, int serverPort) => _rtcp.SendAsync(compound, new IPEndPoint(IPAddress.Loopback, serverPort)).AsTask();

    public Task SendPunchAsync(int serverPort) => _rtp.SendAsync(new byte[4], new IPEndPoint(IPAddress.Loopback, serverPort)).AsTask();

    /// <summary>As a player with one port for both.</summary>
    public Task SendRtcpFromRtpPortAsync(byte[] compound, int serverPort) => _rtp.SendAsync(compound, new IPEndPoint(IPAddress.Loopback, serverPort)).AsTask();

    /// <summary>True while no RTP waits to be read.</summary>
    public bool HasNoRtp => _rtp.Available == 0;

    /// <summary>True while no RTCP waits to be read.</summary>
    public bool HasNoRtcp => _rtcp.Available == 0;

    /// <summary>From now on the host says that nobody listens there.</summary>
    public void CloseRtcp() => _rtcp.Dispose();

    /// <summary>Listens again, at the port of before.</summary>
    public void OpenRtcp(int port) => _rtcp = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    /// <summary>RR and SDES about a source.</summary>
    public static byte[] ReceiverReport(uint about, byte fractionLost = 0, int lost = 0)
    {
        byte[] buffer = new byte[256];
        int bytes = RtcpWriter.WriteReceiverReport(buffer, 77, [new RtcpReportBlock(about, fractionLost, lost, 0, 33, 0, 0)]);
        bytes += RtcpWriter.WriteSdesCname(buffer.AsSpan(bytes), 77, "player");
        return buffer[..bytes];
    }
}
