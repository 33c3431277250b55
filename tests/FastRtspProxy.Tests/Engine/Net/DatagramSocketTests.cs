using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Net;

public sealed class DatagramSocketTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly ShardGroup _shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);

    private Shard Shard => _shards.Shards[0];

    public void Dispose() => _shards.Dispose();

    [Fact]
    public async Task Receive_DatagramsOfAllSizes_ArriveWholeAndInOrderWithTheirSender()
    {
        Recorder receiver = await StartAsync();
        using Socket sender = NewSender();
        int[] sizes = [1, 12, 1400, 9000, 65_000];
        foreach (int size in sizes)
        {
            sender.SendTo(new byte[size], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort));
        }

        Assert.True(SpinWait.SpinUntil(() => receiver.Count == sizes.Length, s_limit));
        Assert.Equal(sizes, receiver.Sizes);
        Assert.Equal((IPEndPoint)sender.LocalEndPoint!, receiver.LastFrom.ToEndPoint());
    }

    [Fact]
    public async Task Receive_DatagramsThatTheKernelJoined_ArriveOneByOne()
    {
        Recorder receiver = await StartAsync(joined: true);
        using Socket sender = NewSender();
        sender.SetRawSocketOption(17, 103, BitConverter.GetBytes(1000)); // UDP_SEGMENT: one send of 10,500 bytes is eleven datagrams
        sender.SendTo(new byte[10_500], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort));
        Assert.True(SpinWait.SpinUntil(() => receiver.Count == 11, s_limit), $"{receiver.Count} datagrams");
        Assert.Equal([.. Enumerable.Repeat(1000, 10), 500], receiver.Sizes);
    }

    [Fact]
    public async Task Receive_MoreThanTheBufferHolds_TheKernelsDropsAreCounted()
    {
        Recorder receiver = await StartAsync(receiveBuffer: 4096);
        using Socket sender = NewSender();
        await Shard.RunAsync(() =>
        {
            // The shard is busy: nobody reads while these come.
            for (int i = 0; i < 500; i++)
            {
                sender.SendTo(new byte[1200], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort));
            }

            return Task.CompletedTask;
        });
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                sender.SendTo(new byte[1], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort)); // the count comes with the next datagram
                return receiver.KernelDrops > 0;
            },
            s_limit));
        Assert.True(receiver.KernelDrops >= 400, $"{receiver.KernelDrops} drops");
    }

    [Fact]
    public async Task Send_ToAPortThatNobodyListensOn_TheErrorNamesThePeerAndTheNextSendGoesOut()
    {
        Recorder socket = await StartAsync();
        using Socket dead = NewSender();
        IPEndPoint gone = (IPEndPoint)dead.LocalEndPoint!;
        dead.Dispose();
        using Socket alive = NewSender();
        PeerAddress living = PeerAddress.From((IPEndPoint)alive.LocalEndPoint!);
        await Shard.RunAsync(() =>
        {
            Assert.Equal(SocketError.Success, socket.Send(new byte[10], PeerAddress.From(gone)));
            Assert.Equal(SocketError.Success, socket.Send(new byte[20], living));
            return Task.CompletedTask;
        });
        byte[] buffer = new byte[100];
        Assert.Equal(20, alive.Receive(buffer));
        Assert.True(SpinWait.SpinUntil(() => socket.LastError == SocketError.ConnectionRefused, s_limit));
        Assert.Equal(gone, socket.LastErrorPeer.ToEndPoint());
    }

    private static Socket NewSender()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task<Recorder> StartAsync(bool joined = false, int receiveBuffer = 0)
    {
        Socket socket = UdpPorts.TryBind(null, 0)!;
        Recorder recorder = new(Shard, socket, joined);
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        await Shard.RunAsync(() =>
        {
            recorder.Start();
            return Task.CompletedTask;
        });
        return recorder;
    }

    private sealed class Recorder(Shard shard, Socket socket, bool joined) : DatagramSocket(shard, socket, joined)
    {
        private readonly List<int> _sizes = [];

        public PeerAddress LastFrom { get; private set; }

        public SocketError LastError { get; private set; }

        public PeerAddress LastErrorPeer { get; private set; }

        public int Count
        {
            get
            {
                lock (_sizes)
                {
                    return _sizes.Count;
                }
            }
        }

        public int[] Sizes
        {
            get
            {
                lock (_sizes)
                {
                    return [.. _sizes];
                }
            }
        }

        protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
        {
            lock (_sizes)
            {
                _sizes.Add(data.Length);
            }

            LastFrom = from;
        }

        protected override void OnError(SocketError error, in PeerAddress to)
        {
            LastErrorPeer = to;
            LastError = error;
        }
    }
}
