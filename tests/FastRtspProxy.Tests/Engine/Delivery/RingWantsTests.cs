using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>How far back a shard's viewers ask the ring to go.</summary>
public sealed class RingWantsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Publish_ATcpViewerStallsWithinItsLimit_TheRingKeepsWhatItLacks()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = long.MaxValue }, time: _time);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 16 * 1024);
        PublishUntilParked(fixture, viewer);
        Publish(fixture, frames: 50);

        (long tail, long cursor) = fixture.OnShard(() => (fixture.Ring.Tail, viewer.Cursor));
        Assert.InRange(tail, 0, cursor);
        byte[] sink = new byte[1 << 20];
        Assert.True(SpinWait.SpinUntil(() => Drain(fixture, far, sink) && fixture.OnShard(() => viewer.State) == TcpViewerState.InStep, 60_000));
        Assert.Equal((0, 0L), (viewer.Skips, viewer.DroppedPackets));

        Publish(fixture, frames: 75); // three seconds
        Assert.True(fixture.Ring.Tail > cursor, "nobody needs it any more");
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
    }

    [Fact]
    public void Publish_ATcpViewerStallsBeyondItsLimit_TheRingDoesNotWaitForIt()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.Zero }, time: _time);
        (TcpViewer viewer, _) = fixture.AddTcp([0], sendBufferBytes: 16 * 1024);
        PublishUntilParked(fixture, viewer);
        long cursor = fixture.OnShard(() => viewer.Cursor);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Publish(fixture, frames: 1);
                return fixture.Ring.Tail > cursor;
            },
            60_000));
        Assert.InRange(fixture.OnShard(() => fixture.Ring.HeldBytes), 1, 3 << 20); // of the 8 MiB that it may keep
        fixture.OnShard(() => fixture.FanOut.Remove(viewer));
    }

    private void PublishUntilParked(FanOutFixture fixture, TcpViewer viewer)
    {
        while (fixture.OnShard(() => viewer.State) != TcpViewerState.Parked)
        {
            Publish(fixture, frames: 1);
        }
    }

    private static bool Drain(FanOutFixture fixture, Socket far, byte[] sink)
    {
        while (far.Available > 0)
        {
            _ = far.Receive(sink);
        }

        fixture.OnShard(() => fixture.Shard.EndOfTurn(fixture.FanOut));
        return true;
    }

    /// <summary>Key frames only, of 48 KB, 25 a second: of them the ring needs those of the last second or two.</summary>
    private void Publish(FanOutFixture fixture, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, 40, (uint)fixture.Ring.Head, EntryFlags.RandomAccess);
                fixture.Ring.Publish();
            });
            _time.Advance(TimeSpan.FromMilliseconds(40));
        }
    }
}
