using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>Viewers that get the past at its own pace, and those whose media has an end.</summary>
public sealed class DelayedViewerTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(40);

    private readonly FakeTimeProvider _time = new();
    private readonly FanOutFixture _fixture;
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 60_000, ReceiveBufferSize = 4 << 20 };
    private uint _timestamp = 90_000;

    public DelayedViewerTests()
    {
        _fixture = new FanOutFixture(time: _time);
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public void Dispose()
    {
        _udp.Dispose();
        _fixture.Dispose();
    }

    /// <summary>Ten seconds behind, for good: longer than a viewer may lag.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_Delayed_EachPictureComesAsLongAfterTheFirstAsItCame(bool isTcp)
    {
        for (int i = 0; i < 250; i++)
        {
            Publish(i == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
        }

        (Viewer viewer, Func<uint> receive) = Join(isTcp, viewer => viewer.DelayMicros = 10_000_000);
        uint expected = 90_000;
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(expected += 3600, receive());
            Assert.Equal(i + 1, SentPictures(viewer));
            Publish();
        }

        Assert.Equal(0, viewer.DroppedPackets);
        Assert.False(viewer is TcpViewer { Skips: > 0 });
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 2_000_000)]
    [InlineData(false, 2_000_000)]
    public void Add_WithAnEnd_GetsThePictureThatCameThenAndNothingAfterIt(bool isTcp, long delayMicros)
    {
        long begin = _fixture.OnShard(() => _fixture.Shard.NowMicros);
        for (int i = 0; i < 50; i++)
        {
            Publish(i == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
        }

        (Viewer viewer, Func<uint> receive) = Join(isTcp, viewer =>
        {
            viewer.DelayMicros = delayMicros;
            viewer.EndMicros = begin + 2_400_000; // that of picture 61
        });
        for (int i = 0; i < 61; i++)
        {
            Assert.False(_fixture.OnShard(() => _fixture.FanOut.IsOver(viewer)));
            if (i >= 50 && delayMicros == 0)
            {
                Publish();
            }

            Assert.Equal(90_000 + (3600 * (uint)(i + 1)), receive());
            if (delayMicros > 0)
            {
                Publish();
            }
        }

        for (int i = 0; i < 5; i++)
        {
            Publish();
        }

        Assert.True(SpinWait.SpinUntil(() => _fixture.OnShard(() => _fixture.FanOut.IsOver(viewer)), 60_000));
        Assert.Equal(61, SentPictures(viewer));
    }

    /// <summary>A camera that is gone sends nothing that would tell that the end has passed.</summary>
    [Fact]
    public void IsOver_NothingComesAnyMore_AWhileAfterTheEnd()
    {
        Publish(EntryFlags.RandomAccess);
        (Viewer viewer, Func<uint> receive) = Join(isTcp: true, viewer => viewer.EndMicros = _fixture.Shard.NowMicros + 1_000_000);
        _ = receive();

        Assert.False(IsOverAfter(1));
        Assert.False(IsOverAfter(2));
        Assert.True(IsOverAfter(1));

        bool IsOverAfter(int seconds)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            return _fixture.OnShard(() =>
            {
                _fixture.Shard.RefreshNow();
                return _fixture.FanOut.IsOver(viewer);
            });
        }
    }

    /// <summary>A recorder on a line that takes the past hardly faster than the present: it has as long as that lasted, and 5 s.</summary>
    [Fact]
    public void Add_PastThatIsTakenSlowly_IsNoLag()
    {
        _fixture.OnShard(() => _fixture.Ring.Change(new RingOptions { KeepDuration = TimeSpan.FromSeconds(30) }));
        for (int i = 0; i < 250; i++)
        {
            Publish(i == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
        }

        long now = _fixture.OnShard(() => _fixture.Shard.NowMicros);
        (Viewer viewer, _) = Join(isTcp: true, viewer => viewer.CatchUp = new CatchUp(_fixture.Ring.Head, null, null, now + 15_000_000, null, 0));
        Socket far = _far!;
        for (int i = 0; i < 200; i++)
        {
            Publish(); // 8 s, in which it reads nothing: the kernel has the first part of it
        }

        uint expected = 90_000;
        for (int i = 0; i < 450; i++)
        {
            Assert.Equal(expected += 3600, ReadPicture(far));
        }

        Assert.Equal(0, viewer.DroppedPackets);
    }

    private Socket? _far;

    private (Viewer Viewer, Func<uint> Receive) Join(bool isTcp, Action<Viewer> set)
    {
        if (isTcp)
        {
            (TcpViewer viewer, Socket far) = _fixture.AddTcp([0], sendBufferBytes: 8192);
            _far = far;
            _fixture.OnShard(() =>
            {
                _fixture.FanOut.Remove(viewer);
                set(viewer);
                viewer.JoinSequence = 0;
                _fixture.Table.For(_fixture.Ring, _fixture.Counters).Add(viewer);
            });
            return (viewer, () => ReadPicture(far));
        }

        UdpViewer udp = _fixture.NewViewer((IPEndPoint)_udp.LocalEndPoint!);
        udp.JoinSequence = 0;
        set(udp);
        _fixture.OnShard(() => _fixture.Table.For(_fixture.Ring, _fixture.Counters).Add(udp));
        return (udp, ReadPicture);
    }

    private uint ReadPicture()
    {
        byte[] packet = new byte[2048];
        for (int i = 0; i < 4; i++)
        {
            _ = _udp.Receive(packet);
        }

        return BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
    }

    private static uint ReadPicture(Socket far) => BinaryPrimitives.ReadUInt32BigEndian(FanOutFixture.ReadFrames(far, 4)[^1].Packet.AsSpan(4));

    private long SentPictures(Viewer viewer) => _fixture.OnShard(() => viewer is UdpViewer udp ? _fixture.FanOut.PacketsSent(udp) : ((TcpViewer)viewer).SentPackets) / 4;

    /// <summary>A picture, and the time until the next one.</summary>
    private void Publish(EntryFlags flags = EntryFlags.None)
    {
        _fixture.OnShard(() =>
        {
            _fixture.Shard.RefreshNow();
            _timestamp += 3600;
            _fixture.AppendFrame(0, 4, _timestamp, flags);
            _fixture.Ring.Publish();
        });
        _time.Advance(s_interval);
    }
}
