using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class DatagramSocketTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

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

    /// <summary>The kernel hands up to 64 of them over as one: a turn is counted in datagrams.</summary>
    [Fact]
    public async Task Receive_AFloodOfJoinedDatagrams_TakesATurnForSomeOfThem()
    {
        Recorder receiver = await StartAsync(joined: true);
        using Socket sender = NewSender();
        sender.SetRawSocketOption(17, 103, BitConverter.GetBytes(10)); // UDP_SEGMENT
        await Shard.RunAsync(() =>
        {
            // The shard is busy: they are all there when it reads.
            for (int i = 0; i < 256; i++)
            {
                sender.SendTo(new byte[640], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort));
            }

            return Task.CompletedTask;
        });
        Assert.True(SpinWait.SpinUntil(() => receiver.Count == 256 * 64, s_limit), $"{receiver.Count} datagrams");
        Assert.InRange(receiver.LargestBatch, 64, 512 + (64 * 64));
    }

    /// <summary>As many as the buffer holds; a read is of 32 datagrams, and what it has brought is given.</summary>
    [Fact]
    public async Task Receive_AFloodOfLargeDatagrams_TakesATurnForSomeOfTheirBytes()
    {
        const int datagramBytes = 60_000;
        Recorder receiver = await StartAsync(isForReports: true);
        using Socket sender = NewSender();
        await Shard.RunAsync(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                sender.SendTo(new byte[datagramBytes], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort));
            }

            return Task.CompletedTask;
        });
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                sender.SendTo(new byte[1], new IPEndPoint(IPAddress.Loopback, receiver.LocalPort)); // comes when there is room again
                return receiver.Sizes.Contains(1);
            },
            s_limit));
        await Shard.RunAsync(() => Task.CompletedTask); // the turn of the last one is over
        Assert.InRange(receiver.LargestBatchBytes, datagramBytes, (64 * 1024) + (32 * datagramBytes));
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

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Send_ToAPortThatNobodyListensOn_TheSocketIsToldAndTheNextSendGoesOut(string host)
    {
        IPAddress address = IPAddress.Parse(host);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
        {
            return;
        }

        Recorder socket = await StartAsync();
        using Socket dead = NewSender(address);
        IPEndPoint gone = (IPEndPoint)dead.LocalEndPoint!;
        dead.Dispose();
        using Socket alive = NewSender(address);
        PeerAddress living = PeerAddress.From((IPEndPoint)alive.LocalEndPoint!);
        await Shard.RunAsync(() =>
        {
            Assert.Equal(SocketError.Success, socket.Send([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], PeerAddress.From(gone)));
            Assert.Equal(SocketError.Success, socket.Send(new byte[20], living));
            return Task.CompletedTask;
        });
        byte[] buffer = new byte[100];
        Assert.Equal(20, alive.Receive(buffer));
        Assert.True(SpinWait.SpinUntil(() => socket.HasClosedPort, s_limit));
        Assert.Equal(gone, socket.LastClosedPort.ToEndPoint());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], socket.LastQuoted);
    }

    private static Socket NewSender(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private async Task<Recorder> StartAsync(bool joined = false, int receiveBuffer = 0, bool isForReports = false)
    {
        Socket socket = UdpPorts.TryBind(null, 0)!;
        Recorder recorder = new(Shard, socket, joined, isForReports);
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

    private sealed class Recorder(Shard shard, Socket socket, bool joined, bool isForReports) : DatagramSocket(shard, socket, joined, isForReports)
    {
        private readonly List<int> _sizes = [];
        private int _closed;

        public PeerAddress LastFrom { get; private set; }

        public bool HasClosedPort => Volatile.Read(ref _closed) != 0;

        public PeerAddress LastClosedPort { get; private set; }

        public byte[] LastQuoted { get; private set; } = [];

        /// <summary>The most datagrams between two turns.</summary>
        public int LargestBatch { get; private set; }

        /// <summary>The most bytes between two turns.</summary>
        public int LargestBatchBytes { get; private set; }

        private int _batch;
        private int _batchBytes;

        protected override void OnBatchEnd()
        {
            LargestBatch = Math.Max(LargestBatch, _batch);
            LargestBatchBytes = Math.Max(LargestBatchBytes, _batchBytes);
            _batch = _batchBytes = 0;
        }

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

            _batch++;
            _batchBytes += data.Length;
            LastFrom = from;
        }

        protected override void OnPortClosed(in PeerAddress port, ReadOnlySpan<byte> quoted)
        {
            LastQuoted = quoted.ToArray();
            LastClosedPort = port;
            Volatile.Write(ref _closed, 1);
        }
    }
}
