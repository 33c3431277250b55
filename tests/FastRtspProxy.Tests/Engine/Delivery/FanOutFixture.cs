using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>One shard with its UDP pair, one ring, and clients made of real sockets.</summary>
internal sealed class FanOutFixture : IDisposable
{
    public const int PacketBytes = 1200;

    private readonly List<IDisposable> _disposables = [];
    private readonly List<Socket> _udpSockets = [];
    private ushort _sequenceNumber;

    public FanOutFixture(FanOutLimits? limits = null, int keepBytes = 8 << 20, long budgetBytes = 512 << 20, TimeProvider? time = null)
    {
        Shards = ShardGroup.Start(1, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        Shard = Shards.Shards[0];
        Pool = new SlabPool(budgetBytes);
        Ring = new PacketRing(Pool, new RingOptions { KeepBytes = keepBytes }, 1);
        Media = UdpMediaSockets.TryCreate(Shard, null, PortRange.Ephemeral)!;
        Table = new FanOutTable(Shard, limits ?? new FanOutLimits { HoldMicrosPerViewer = 0 }) { Media = Media };
        FanOut = Table.For(Ring, Counters);
        OnShard(Media.Start);
    }

    public ShardGroup Shards { get; }

    public Shard Shard { get; }

    public SlabPool Pool { get; }

    public PacketRing Ring { get; }

    public UdpMediaSockets Media { get; }

    public FanOutTable Table { get; }

    public DeliveryCounters Counters { get; } = new();

    public FanOut FanOut { get; private set; }

    /// <summary>The far ends of the UDP clients.</summary>
    public IReadOnlyList<Socket> UdpSockets => _udpSockets;

    /// <summary>Runs on the shard and waits.</summary>
    public void OnShard(Action action) => Shard.RunAsync(() =>
    {
        action();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    public T OnShard<T>(Func<T> function) => Shard.RunAsync(() => Task.FromResult(function())).GetAwaiter().GetResult();

    /// <summary>A UDP client on a real socket; joined at the ring's head.</summary>
    public (UdpViewer Viewer, Socket Socket) AddUdp(int tracks = 1, AddressFamily family = AddressFamily.InterNetwork, long askedMicros = 0)
    {
        IPAddress loopback = family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        Socket socket = new(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000, ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(loopback, 0));
        _disposables.Add(socket);
        _udpSockets.Add(socket);
        UdpViewer viewer = NewViewer((IPEndPoint)socket.LocalEndPoint!, tracks);
        viewer.AskedMicros = askedMicros;
        OnShard(() => FanOut.Add(viewer));
        return (viewer, socket);
    }

    public UdpViewer NewViewer(IPEndPoint endPoint, int tracks = 1)
    {
        UdpViewer viewer = new(tracks) { JoinSequence = Ring.Head };
        for (int t = 0; t < tracks; t++)
        {
            viewer.SetTrack(t, PeerAddress.From(endPoint), PeerAddress.From(endPoint));
        }

        return viewer;
    }

    /// <summary>A TCP client; the far end reads.</summary>
    public (TcpViewer Viewer, Socket Far) AddTcp(byte[] rtpChannels, int sendBufferBytes = 0, long askedMicros = 0)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        if (sendBufferBytes > 0)
        {
            far.ReceiveBufferSize = sendBufferBytes;
        }

        far.Connect(listener.LocalEndPoint!);
        Socket near = listener.Accept();
        if (sendBufferBytes > 0)
        {
            near.SendBufferSize = sendBufferBytes;
        }

        _disposables.Add(far);
        ControlStream stream = new(Shard, near);
        byte[] rtcp = Array.ConvertAll(rtpChannels, c => c == TcpViewer.NoChannel ? c : (byte)(c + 1));
        TcpViewer viewer = new(stream, rtpChannels, rtcp) { JoinSequence = Ring.Head, AskedMicros = askedMicros };
        OnShard(() => FanOut.Add(viewer));
        return (viewer, far);
    }

    /// <summary>On the shard: a frame of so many packets, the last one shorter and with the marker.</summary>
    public void AppendFrame(int track, int packets, uint timestamp, EntryFlags flags = EntryFlags.None, int packetBytes = PacketBytes)
    {
        byte[] packet = new byte[packetBytes];
        for (int i = 0; i < packets; i++)
        {
            bool isLast = i == packets - 1;
            ushort number = _sequenceNumber++;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), number);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
            packet[0] = 0x80;
            packet[1] = (byte)(isLast ? 0xE0 : 0x60);
            packet[12] = (byte)track;
            Span<byte> bytes = packet.AsSpan(0, isLast && packets > 1 ? packetBytes / 2 : packetBytes);
            Ring.Append(track, flags | (isLast ? EntryFlags.Marker : EntryFlags.None), number, timestamp, Shard.NowMicros, bytes);
        }
    }

    /// <summary>Receives so many datagrams and gives their sequence numbers.</summary>
    public static List<int> Receive(Socket socket, int count)
    {
        byte[] buffer = new byte[65_536];
        List<int> numbers = [];
        while (numbers.Count < count)
        {
            _ = socket.Receive(buffer);
            numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(2)));
        }

        return numbers;
    }

    public static bool IsSilent(Socket socket)
    {
        return !socket.Poll(50_000, SelectMode.SelectRead);
    }

    /// <summary>Reads so many interleaved frames.</summary>
    public static List<(byte Channel, byte[] Packet)> ReadFrames(Socket far, int count)
    {
        List<(byte, byte[])> frames = [];
        byte[] header = new byte[4];
        while (frames.Count < count)
        {
            ReadExactly(far, header);
            Assert.Equal((byte)'$', header[0]);
            byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2))];
            ReadExactly(far, packet);
            frames.Add((header[1], packet));
        }

        return frames;
    }

    public void Dispose()
    {
        OnShard(Table.Dispose);
        OnShard(Media.Close);
        Shards.Dispose();
        _disposables.ForEach(d => d.Dispose());
    }

    private static void ReadExactly(Socket socket, byte[] buffer)
    {
        for (int at = 0; at < buffer.Length;)
        {
            int count = socket.Receive(buffer.AsSpan(at));
            Assert.True(count > 0, "the stream ended");
            at += count;
        }
    }
}
