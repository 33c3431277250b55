using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>An instant start over UDP whose past takes a while to send: what has which timestamp, and what does not wait.</summary>
public sealed unsafe class PacedJoinTests : IDisposable
{
    private const uint Interval = 3600;
    private const int PastPictures = 150;
    private const int PacketsPerPicture = 4;

    private readonly FanOutFixture _fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, CatchUpPauseMicros = 30_000, CatchUpSpeed = 1000 });
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000, ReceiveBufferSize = 4 << 20 };
    private readonly List<byte[]> _packets = [];
    private UdpViewer? _viewer;
    private uint _timestamp = 90_000;
    private uint _highest = 90_000;

    public PacedJoinTests() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _socket.Dispose();
        _fixture.Dispose();
    }

    /// <summary>600 packets go in parts of 30, one every 30 ms: 570 ms, and 60 ms for what the camera sends meanwhile.</summary>
    [Fact]
    public void Add_PastInParts_TimesAreThoseOfItsComingAndAudioDoesNotWait()
    {
        Publish(1, EntryFlags.RandomAccess);
        Publish(PastPictures - 1);
        uint edge = _timestamp;
        CatchUp catchUp = Join(edge);
        Publish(20);
        Receive((PastPictures + 20) * PacketsPerPicture, sounds: 20);
        Publish(5);
        Receive(5 * PacketsPerPicture, sounds: 5);

        uint[] times = Times();
        uint newEdge = catchUp.Map!.Edge;
        Assert.InRange(newEdge, edge + 56_700, edge + 56_750);
        Assert.Equal(PastPictures + 25, times.Length);
        Assert.Equal(edge - 1800, times[0]);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second > pair.First));
        Assert.All(times[..^10], time => Assert.True(time < newEdge));
        Assert.All(times[..^11].Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1u, Interval / 5)); // 6.6 s in 0.65 s
        Assert.Equal(Enumerable.Range(16, 10).Select(i => edge + ((uint)i * Interval)), times[^10..]);
        int lastOfThePast = _packets.FindIndex(p => p[12] == 0 && Timestamp(p) == times[PastPictures]) - 1;
        Assert.Equal(20, _packets.Take(lastOfThePast).Count(p => p[12] == 1));
        Assert.Equal(_packets.Count, _packets.Select(SequenceNumber).Distinct().Count());
    }

    [Fact]
    public void Add_PastInPartsWithBFrames_NoTimeIsGivenTwiceAndOrderIsKept()
    {
        int[] order = [3, 1, 2];
        Publish(1, EntryFlags.RandomAccess);
        PublishInOrder(order, groups: 49);
        uint edge = _highest;
        CatchUp catchUp = Join(edge);
        PublishInOrder(order, groups: 20);
        Receive((1 + (69 * 3)) * PacketsPerPicture, sounds: 60);

        uint[] times = Times();
        Assert.Equal(1 + (69 * 3), times.Length);
        Assert.Equal(times.Length, times.Distinct().Count());
        uint[] original = [90_000 + Interval, .. Enumerable.Range(0, 69).SelectMany(g => order.Select(o => 90_000 + Interval + ((uint)((g * 3) + o) * Interval)))];
        Assert.Equal(original.Select(catchUp.Map!.Map), times);
        Assert.Equal(original.Order().Select(catchUp.Map!.Map), times.Order());
        Assert.True(_fixture.OnShard(() => _viewer!.IsInStep));
    }

    /// <summary>A fifteenth of the time that it took to come: 400 ms. But the first picture is not made to wait.</summary>
    [Fact]
    public void Add_LittlePast_GoesNoFasterThanItIsDecoded()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0 });
        uint timestamp = 90_000;
        for (int i = 0; i < PastPictures; i++)
        {
            timestamp += Interval;
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, i == 0 ? 60 : PacketsPerPicture, timestamp, i == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
                fixture.Ring.Publish();
            });
        }

        UdpViewer viewer = fixture.NewViewer((IPEndPoint)_socket.LocalEndPoint!);
        viewer.JoinSequence = 0;
        viewer.CatchUp = new CatchUp(fixture.Ring.Head, 0, new TimestampMap(0, timestamp, timestamp - 93_600, 90), long.MaxValue, null, 0)
        {
            PastPackets = 656,
            FirstPackets = 60,
            ClockRateHz = 90_000,
            SpanMicros = (timestamp - 93_600) * 1_000_000L / 90_000,
        };
        fixture.OnShard(() => fixture.Table.For(fixture.Ring, fixture.Counters).Add(viewer));
        Assert.InRange((viewer.CatchUp.Map!.Edge - timestamp) / 90, 350u, 450u);
        Assert.Equal(5, viewer.PartPackets);
        Receive(656, sounds: 0);
        Assert.Equal(656, _packets.Select(SequenceNumber).Distinct().Count());
    }

    /// <summary>Twice as much as a part each pause: without larger parts the client would never be where the camera is.</summary>
    [Fact]
    public void Add_StreamFasterThanTheParts_IsCaughtUpWith()
    {
        _fixture.OnShard(() => AppendPicture(EntryFlags.RandomAccess, 200));
        for (int i = 0; i < 9; i++)
        {
            _fixture.OnShard(() => AppendPicture(EntryFlags.None, 200));
        }

        uint edge = _timestamp;
        CatchUp catchUp = Join(edge, packets: 2000);
        Receive(10 * 200, sounds: 0);

        // 360 ms of 2,000 packets are 166 in a pause of 30 ms: parts of twice that, 5 pauses, and what comes meanwhile.
        Assert.InRange(catchUp.Map!.Edge - edge, 5 * 2700u, 2 * 6 * 2700u);
    }

    /// <summary>What came while the past was sent may be as much again: it does not go at once either, but in parts until there is nothing left.</summary>
    [Fact]
    public void Add_PastWithItsOwnTimes_WhatCameMeanwhileGoesInPartsToo()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, CatchUpPauseMicros = 5000, CatchUpSpeed = 1000 });
        uint timestamp = 90_000;
        void Pictures(int count)
        {
            for (int i = 0; i < count; i++)
            {
                timestamp += Interval;
                fixture.AppendFrame(0, PacketsPerPicture, timestamp, i == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
            }

            fixture.Ring.Publish();
        }

        UdpViewer viewer = fixture.NewViewer((IPEndPoint)_socket.LocalEndPoint!);
        viewer.JoinSequence = 0;
        SortedDictionary<long, long> parts = []; // what had gone when the first packet after a rest went
        UdpMediaSockets.SendManyCall real = fixture.Media.Send;
        fixture.OnShard(() =>
        {
            fixture.Media.Send = (messages, count) =>
            {
                parts.TryAdd(viewer.NextPartMicros, viewer.SentPackets);
                return real(messages, count);
            };
            Pictures(PastPictures);
            viewer.CatchUp = new CatchUp(fixture.Ring.Head, null, null, long.MaxValue, null, 0) { PastPackets = 600, SpanMicros = 6_000_000 };
            fixture.Table.For(fixture.Ring, fixture.Counters).Add(viewer);
            Pictures(100);
        });
        Receive((PastPictures + 100) * PacketsPerPicture, sounds: 0);

        Assert.Equal(_packets.Count, _packets.Select(SequenceNumber).Distinct().Count());
        Assert.True(fixture.OnShard(() => viewer.IsInStep));
        Assert.InRange(viewer.PartPackets, 30, 32);
        Assert.Equal(viewer.PartPackets, parts.Values.Skip(1).Append(_packets.Count).Zip(parts.Values).Max(static pair => pair.First - pair.Second));
    }

    /// <summary>What is not sent does not count as part of a part: the sounds of the past take no time.</summary>
    [Fact]
    public void Add_PastWithManySounds_PartsAreOfWhatIsSent()
    {
        int sends = 0;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            sends++;
            return real(messages, count);
        });
        Publish(1, EntryFlags.RandomAccess, sounds: 8);
        Publish(29, sounds: 8);
        _ = Join(_timestamp, packets: 120);
        Receive(120, sounds: 0);

        // 120 packets in runs of four, the last of which is shorter, cut where a part ends: 33 runs; by twelve sequences a picture it would be 60.
        Assert.InRange(sends, 30, 35);
    }

    /// <summary>The times run ahead of the others' until the edge; they do not go back where the ring has gone on without this client.</summary>
    [Fact]
    public void Add_LappedInTheMiddle_TimesDoNotGoBack()
    {
        // The ring must go on while the past is under way: a thread that had to wait for the processor comes too late for that, and tries again.
        bool isLapped = false;
        for (int attempt = 0; attempt < 20 && !isLapped; attempt++)
        {
            _packets.Clear();
            byte[] rest = new byte[65_536];
            while (_socket.Available > 0)
            {
                _ = _socket.Receive(rest);
            }

            isLapped = TryLapInTheMiddle();
        }

        Assert.True(isLapped);
        uint[] times = Times();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True((int)(pair.Second - pair.First) > 0, "a time went back"));
    }

    private bool TryLapInTheMiddle()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, CatchUpPauseMicros = 30_000 }, keepBytes: 1 << 20);
        uint timestamp = 90_000;
        void Picture(EntryFlags flags = EntryFlags.None)
        {
            timestamp += Interval;
            fixture.AppendFrame(0, PacketsPerPicture, timestamp, flags);
            fixture.Ring.Publish();
        }

        fixture.OnShard(() => Picture(EntryFlags.RandomAccess));
        fixture.OnShard(() =>
        {
            for (int i = 1; i < PastPictures; i++)
            {
                Picture();
            }
        });
        uint edge = timestamp;
        UdpViewer viewer = fixture.NewViewer((IPEndPoint)_socket.LocalEndPoint!);
        viewer.JoinSequence = 0;
        viewer.CatchUp = new CatchUp(fixture.Ring.Head, 0, new TimestampMap(0, edge, edge - 93_600, 1800), long.MaxValue, null, 0) { PastPackets = 600, ClockRateHz = 90_000, SpanMicros = (edge - 93_600) * 1_000_000L / 90_000 };
        fixture.OnShard(() => fixture.Table.For(fixture.Ring, fixture.Counters).Add(viewer));
        Receive(300, sounds: 0); // half of it
        fixture.OnShard(() =>
        {
            Picture(EntryFlags.RandomAccess);
            for (int i = 0; i < 3; i++)
            {
                Picture();
            }

            // Sound that drives the past out of the ring, and no picture later than the edge.
            for (int i = 0; i < 1000; i++)
            {
                fixture.AppendFrame(1, 1, timestamp);
            }

            fixture.Ring.Publish();
            Picture(EntryFlags.RandomAccess);
        });
        Receive(PacketsPerPicture, sounds: 0);

        return fixture.OnShard(() => viewer.DroppedPackets > 0);
    }

    [Theory]
    [InlineData(LinuxConstants.ErrorAgain)]
    [InlineData(LinuxConstants.ErrorNoBuffers)]
    public void Add_SocketTakesNothingNowAndThen_NothingIsMissedNorSentTwice(int errno)
    {
        int calls = 0;
        UdpMediaSockets.SendManyCall real = _fixture.Media.Send;
        Publish(1, EntryFlags.RandomAccess);
        Publish(29);
        _fixture.OnShard(() => _fixture.Media.Send = (messages, count) =>
        {
            if (++calls % 3 == 0)
            {
                System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
                return -1;
            }

            return real(messages, count);
        });
        _ = Join(_timestamp, packets: 120);
        Publish(5);
        Receive(35 * PacketsPerPicture, sounds: 5);

        Assert.Equal(_packets.Count, _packets.Select(SequenceNumber).Distinct().Count());
        Assert.Equal(0, _viewer!.DroppedPackets);
    }

    private static uint Timestamp(byte[] packet) => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));

    private static ushort SequenceNumber(byte[] packet) => BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2));

    private uint[] Times() => [.. _packets.Where(p => p[12] == 0).Select(Timestamp).Distinct()];

    private CatchUp Join(uint edge, int packets = PastPictures * PacketsPerPicture)
    {
        uint first = 90_000 + Interval;
        CatchUp catchUp = new(_fixture.Ring.Head, 0, new TimestampMap(0, edge, edge - first, 1800), long.MaxValue, null, 0) { PastPackets = packets, ClockRateHz = 90_000, SpanMicros = (edge - first) * 1_000_000L / 90_000 };
        UdpViewer viewer = _viewer = _fixture.NewViewer((IPEndPoint)_socket.LocalEndPoint!, tracks: 2);
        viewer.JoinSequence = 0;
        viewer.CatchUp = catchUp;
        _fixture.OnShard(() => _fixture.Table.For(_fixture.Ring, _fixture.Counters).Add(viewer));
        return catchUp;
    }

    private void Receive(int videoPackets, int sounds)
    {
        byte[] buffer = new byte[65_536];
        while (videoPackets + sounds > 0)
        {
            int bytes = _socket.Receive(buffer);
            _packets.Add(buffer[..bytes]);
            videoPackets -= buffer[12] == 0 ? 1 : 0;
            sounds -= buffer[12] == 1 ? 1 : 0;
        }

        Assert.Equal((0, 0), (videoPackets, sounds));
    }

    private void Publish(int pictures, EntryFlags flags = EntryFlags.None, int sounds = 1)
    {
        for (int i = 0; i < pictures; i++)
        {
            _fixture.OnShard(() =>
            {
                AppendPicture(flags, PacketsPerPicture);
                for (int sound = 0; sound < sounds; sound++)
                {
                    _fixture.AppendFrame(1, 1, _timestamp, packetBytes: 200);
                }

                _fixture.Ring.Publish();
            });
        }
    }

    private void AppendPicture(EntryFlags flags, int packets)
    {
        _timestamp += Interval;
        _highest = _timestamp;
        _fixture.AppendFrame(0, packets, _timestamp, flags);
        _fixture.Ring.Publish();
    }

    /// <summary>Groups of pictures that are sent in another order than they are shown, and a sound with each.</summary>
    private void PublishInOrder(int[] order, int groups)
    {
        for (int g = 0; g < groups; g++)
        {
            foreach (int place in order)
            {
                _fixture.OnShard(() =>
                {
                    _fixture.AppendFrame(0, PacketsPerPicture, _highest + ((uint)place * Interval));
                    _fixture.AppendFrame(1, 1, _highest + ((uint)place * Interval), packetBytes: 200);
                    _fixture.Ring.Publish();
                });
            }

            _highest += (uint)order.Length * Interval;
        }
    }
}
