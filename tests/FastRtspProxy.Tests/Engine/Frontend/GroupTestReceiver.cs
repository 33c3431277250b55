using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Somebody who listens to a multicast group of its own on loopback: RTP and RTCP of two tracks.</summary>
internal sealed class GroupTestReceiver : IDisposable
{
    private const int Tries = 200;

    private readonly List<UdpClient> _ports;

    /// <summary>Joined before anybody sends.</summary>
    public GroupTestReceiver()
    {
        for (int i = 0; ; i++)
        {
            byte[] random = new byte[2];
            Random.Shared.NextBytes(random);
            Group = new IPAddress([239, 255, .. random]);
            Port = 20_000 + (2 * Random.Shared.Next(6_000));
            if (TryOpen(Group, Port, out _ports))
            {
                return;
            }

            Assert.InRange(i, 0, Tries);
        }
    }

    public IPAddress Group { get; }

    public int Port { get; }

    public MulticastOptions Options => new() { Group = Group, Port = Port };

    public async Task<InterleavedPacket> ReadRtpAsync(int track = 0) => new(0, await ReadAsync(2 * track));

    public Task<byte[]> ReadRtcpAsync(int track = 0) => ReadAsync((2 * track) + 1);

    /// <summary>Nothing waits to be read; what was sent to loopback before is there.</summary>
    public bool HasNothing => _ports.TrueForAll(static port => port.Available == 0);

    public void Dispose() => _ports.ForEach(static port => port.Dispose());

    private async Task<byte[]> ReadAsync(int index)
    {
        using CancellationTokenSource cancel = new(RtspTestClient.Limit);
        return (await _ports[index].ReceiveAsync(cancel.Token)).Buffer;
    }

    private static bool TryOpen(IPAddress group, int port, out List<UdpClient> ports)
    {
        ports = [];
        try
        {
            for (int i = 0; i < 4; i++)
            {
                UdpClient one = new(group.AddressFamily);
                ports.Add(one);
                one.Client.Bind(new IPEndPoint(group, port + i));
                one.Client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, IPAddress.Loopback));
            }

            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            ports.ForEach(static one => one.Dispose());
            return false;
        }
    }
}
