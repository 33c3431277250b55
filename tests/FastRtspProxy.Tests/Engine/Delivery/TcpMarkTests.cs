using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>What may wait unsent in the kernel for a TCP viewer, and how far behind it may be in bytes.</summary>
public sealed class TcpMarkTests
{
    private readonly byte[] _packet = new byte[1250];

    [Fact]
    public void Add_TheRateIsKnown_TheConnectionGetsHalfASecondOfIt()
    {
        using FanOutFixture fixture = new();
        AppendSeconds(fixture, 4, packetsPerSecond: 200); // 2 Mbit/s
        (TcpViewer viewer, _) = fixture.AddTcp([0]);
        fixture.OnShard(static () => { });

        Assert.InRange(MarkOf(fixture, viewer), 120_000, 130_000);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
        Assert.Equal(UnsentMark.UnknownBytes, MarkOf(fixture, viewer));
    }

    [Fact]
    public void Publish_TheRateIsNotKnownYet_128KiBUntilItIsAndThenThoseInStepGetTheirs()
    {
        using FanOutFixture fixture = new();
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0]);
        fixture.OnShard(static () => { });
        Assert.Equal(UnsentMark.UnknownBytes, MarkOf(fixture, viewer));

        // 10 Mbit/s.
        AppendSeconds(fixture, 2, packetsPerSecond: 1000);
        Assert.Equal(2000, FanOutFixture.ReadFrames(far, 2000).Count);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                fixture.OnShard(() => fixture.Shard.EndOfTurn(fixture.FanOut));
                return MarkOf(fixture, viewer) is > 600_000 and < 650_000 && fixture.OnShard(() => viewer.State) == TcpViewerState.InStep;
            },
            60_000));
    }

    [Fact]
    public void Add_SeveralViewersOnOneConnection_ItHasTheMarksOfAllAndKeepsThoseThatStay()
    {
        using FanOutFixture fixture = new();
        AppendSeconds(fixture, 4, packetsPerSecond: 200);
        (TcpViewer first, _) = fixture.AddTcp([0, TcpViewer.NoChannel]);
        TcpViewer second = new(first.Stream, [TcpViewer.NoChannel, 2], [TcpViewer.NoChannel, 3]) { JoinSequence = fixture.Ring.Head };
        fixture.OnShard(() => fixture.FanOut.Add(second));
        fixture.OnShard(static () => { });

        Assert.InRange(MarkOf(fixture, first), 240_000, 260_000);
        fixture.OnShard(() => fixture.FanOut.Remove(first));
        Assert.InRange(MarkOf(fixture, first), 120_000, 130_000);
        fixture.OnShard(() => fixture.FanOut.Remove(second));
    }

    /// <summary>
    /// Half of what this ring keeps, and no fixed number of megabytes: a large ring lets a viewer of a fast stream stall for its 4 s, a small one keeps its last half for those that come back.
    /// </summary>
    [Theory]
    [InlineData(32 << 20, 12 << 20, false)]
    [InlineData(32 << 20, 24 << 20, true)]
    [InlineData(4 << 20, 3 << 20, true)]
    [InlineData(4 << 20, 1 << 20, false)]
    public void Publish_AViewerStalls_ItIsMovedForwardBeyondHalfOfWhatTheRingKeeps(int keepBytes, int stallBytes, bool isMoved)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1) }, keepBytes);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 64 * 1024);
        uint timestamp = 0;
        for (int bytes = 0; bytes < stallBytes || fixture.OnShard(() => viewer.State) != TcpViewerState.Parked; bytes += 40 * FanOutFixture.PacketBytes)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, 40, timestamp += 3600, EntryFlags.RandomAccess);
                fixture.Ring.Publish();
            });
        }

        byte[] sink = new byte[1 << 20];
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                while (far.Available > 0)
                {
                    _ = far.Receive(sink);
                }

                fixture.OnShard(() => fixture.Shard.EndOfTurn(fixture.FanOut));
                return fixture.OnShard(() => viewer.State) == TcpViewerState.InStep;
            },
            60_000));
        Assert.Equal(isMoved, viewer.Skips > 0);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
    }

    /// <summary>Half a second of the stream is seconds at the rate of a viewer that reads a fifth of it, and nothing of them can be left out any more.</summary>
    [Fact]
    public void Publish_AViewerStaysFarBehind_ItHasTheLeastMarkUntilItIsInStepAgain()
    {
        FakeTimeProvider time = new();
        time.Advance(TimeSpan.FromMinutes(1));
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagBytesMax = long.MaxValue }, time: time);
        AppendSeconds(fixture, 4, packetsPerSecond: 200);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 64 * 1024);
        fixture.OnShard(static () => { });
        uint timestamp = 0;
        for (int frames = 0; frames < 50 || fixture.OnShard(() => viewer.State) != TcpViewerState.Parked; frames++)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, 40, timestamp += 3600, EntryFlags.RandomAccess);
                fixture.Ring.Publish();
            });
        }

        time.Advance(TimeSpan.FromSeconds(2.5));
        byte[] sink = new byte[8 * 1024];
        Assert.True(ReadUntil(() => MarkOf(fixture, viewer) == UnsentMark.BytesMin), $"the mark stayed at {MarkOf(fixture, viewer)}");
        Assert.Equal(0, viewer.Skips);
        Assert.True(ReadUntil(() => fixture.OnShard(() => viewer.State) == TcpViewerState.InStep), "it did not come into step");

        Assert.InRange(MarkOf(fixture, viewer), UnsentMark.BytesMin + 1, int.MaxValue);
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));

        bool ReadUntil(Func<bool> condition) => SpinWait.SpinUntil(
            () =>
            {
                if (far.Available > 0)
                {
                    _ = far.Receive(sink);
                }

                fixture.OnShard(() => fixture.Shard.EndOfTurn(fixture.FanOut));
                return condition();
            },
            60_000);
    }

    private static int MarkOf(FanOutFixture fixture, TcpViewer viewer) =>
        fixture.OnShard(() => SocketSetup.Get(viewer.Stream.Descriptor, LinuxConstants.TcpProtocol, LinuxConstants.TcpNotSentLowWater));

    /// <summary>Packets of 1,250 bytes that came in the seconds before now.</summary>
    private void AppendSeconds(FanOutFixture fixture, int seconds, int packetsPerSecond) => fixture.OnShard(() =>
    {
        int count = seconds * packetsPerSecond;
        for (int i = 0; i < count; i++)
        {
            long arrivalMicros = fixture.Shard.NowMicros - ((count - i) * 1_000_000L / packetsPerSecond);
            fixture.Ring.Append(0, EntryFlags.Marker | EntryFlags.RandomAccess, (ushort)i, (uint)i, arrivalMicros, _packet);
        }

        fixture.Ring.Publish();
    });
}
