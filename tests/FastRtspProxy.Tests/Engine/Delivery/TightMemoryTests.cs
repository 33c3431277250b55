using System.Net.Sockets;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>TCP clients that stop reading in the middle of a picture, when there is little memory.</summary>
public sealed class TightMemoryTests
{
    private const int Slabs = 8;
    private const int StuckClients = 12;

    private readonly byte[] _buffer = new byte[1 << 20];

    /// <summary>Each stuck client holds the slabs of a picture of its own: together more than there are.</summary>
    [Fact]
    public void Publish_StuckClientsHoldMoreThanTheBudget_TheOthersGetEveryPicture()
    {
        using FanOutFixture fixture = new(
            new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = long.MaxValue },
            keepBytes: Slabs / 2 * SlabPool.DefaultSlabBytes,
            budgetBytes: Slabs * SlabPool.DefaultSlabBytes);
        PictureStream stream = new(fixture.Ring);
        (TcpViewer healthy, Socket far) = fixture.AddTcp([0, 2]);
        PictureReader reader = new(beginsAtRandomAccess: true);
        List<TcpViewer> stuck = [];
        int pictures = 0;
        for (; stuck.Count < StuckClients; pictures++)
        {
            (TcpViewer viewer, _) = fixture.AddTcp([0, 2], sendBufferBytes: 16 * 1024);
            stuck.Add(viewer);
            Publish(fixture, stream, far, reader);
        }

        for (; pictures < 100; pictures++)
        {
            Publish(fixture, stream, far, reader);
        }

        Assert.True(SpinWait.SpinUntil(() => ReadOn(fixture, far, reader) == pictures, 60_000), $"{reader.Pictures} of {pictures} pictures");
        Assert.All(stuck, viewer => Assert.Equal(TcpViewerState.Parked, fixture.OnShard(() => viewer.State)));
        Assert.Equal(0, fixture.OnShard(() => fixture.Ring.DroppedForMemory));
        Assert.InRange(fixture.Pool.AllocatedBytes, 1, fixture.Pool.BudgetBytes);
        Assert.Equal(0, reader.Gaps);
        Assert.Equal(0, healthy.DroppedPackets);
        Assert.True(fixture.OnShard(() => fixture.FanOut.FramesGivenUp) > 0);
        fixture.OnShard(() => stuck.ForEach(viewer => fixture.FanOut.Remove(viewer)));
        fixture.OnShard(() => fixture.FanOut.Remove(healthy));
    }

    /// <summary>A picture of 280 KB in pieces; the client that reads takes each piece at once.</summary>
    private void Publish(FanOutFixture fixture, PictureStream stream, Socket far, PictureReader reader) => fixture.OnShard(() =>
        stream.AppendPicture(200, isRandomAccess: true, piece: 7, fixture.Shard.NowMicros, () =>
        {
            fixture.FanOut.OnEndOfTurn();
            Drain(far, reader);
        }));

    private int ReadOn(FanOutFixture fixture, Socket far, PictureReader reader) => fixture.OnShard(() =>
    {
        fixture.FanOut.OnEndOfTurn();
        Drain(far, reader);
        return reader.Pictures;
    });

    private void Drain(Socket far, PictureReader reader)
    {
        while (far.Available > 0)
        {
            reader.Take(_buffer.AsSpan(0, far.Receive(_buffer)));
        }
    }
}
