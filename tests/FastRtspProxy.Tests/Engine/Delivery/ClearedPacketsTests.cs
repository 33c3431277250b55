using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>What is thrown away with a lost camera is no viewer's fault, however far behind it was.</summary>
public sealed class ClearedPacketsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Clear_WhileATcpClientIsBehind_CountsAgainstItOnlyWhatTheRingHadLapped(bool isLapped)
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagMax = TimeSpan.FromHours(1), LagBytesMax = long.MaxValue }, keepBytes: 1 << 20);
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 16 * 1024);
        for (uint i = 0; i < 200 && fixture.OnShard(() => viewer.State) != TcpViewerState.Parked; i++)
        {
            PublishPicture(fixture, i * 3600);
        }

        Assert.Equal(TcpViewerState.Parked, fixture.OnShard(() => viewer.State));
        for (uint i = 0; i < (isLapped ? 200 : 10); i++)
        {
            PublishPicture(fixture, 1_000_000 + (i * 3600)); // 24 KB each
        }

        if (!isLapped)
        {
            fixture.OnShard(fixture.Ring.Clear);
        }

        Drain(fixture, viewer, far);
        PublishPicture(fixture, 5_000_000);
        Drain(fixture, viewer, far);
        long dropped = fixture.OnShard(() => viewer.DroppedPackets);
        Assert.True(isLapped ? dropped > 1000 : dropped == 0, $"{dropped} packets");
        Assert.Equal(isLapped, fixture.Table.Counters.OverLag > 0);
    }

    [Fact]
    public unsafe void Clear_WhileTheSocketOfUdpClientsIsFull_CountsNothingAgainstThem()
    {
        using FanOutFixture fixture = new();
        (UdpViewer viewer, Socket socket) = fixture.AddUdp();
        fixture.OnShard(() => PublishPicture(fixture.Ring, 1000));
        Assert.Equal(Enumerable.Range(0, 20), FanOutFixture.Receive(socket, 20));
        UdpMediaSockets.SendManyCall real = fixture.Media.Send;
        fixture.OnShard(() => fixture.Media.Send = static (_, _) =>
        {
            Marshal.SetLastPInvokeError(LinuxConstants.ErrorAgain);
            return -1;
        });
        fixture.OnShard(() => PublishPicture(fixture.Ring, 2000));
        fixture.OnShard(() =>
        {
            fixture.Ring.Clear();
            fixture.Media.Send = real;
        });
        fixture.OnShard(() => PublishPicture(fixture.Ring, 3000));

        Assert.Equal(Enumerable.Range(40, 20), FanOutFixture.Receive(socket, 20));
        Assert.Equal(0, fixture.OnShard(() => fixture.FanOut.PacketsDropped(viewer)));

        void PublishPicture(PacketRing ring, uint timestamp)
        {
            fixture.AppendFrame(0, 20, timestamp, EntryFlags.RandomAccess);
            ring.Publish();
        }
    }

    private static void PublishPicture(FanOutFixture fixture, uint timestamp) => fixture.OnShard(() =>
    {
        fixture.AppendFrame(0, 20, timestamp, EntryFlags.RandomAccess);
        fixture.Ring.Publish();
    });

    private static void Drain(FanOutFixture fixture, TcpViewer viewer, Socket far)
    {
        byte[] buffer = new byte[1 << 20];
        while (far.Poll(300_000, SelectMode.SelectRead) || fixture.OnShard(() => viewer.State) == TcpViewerState.Parked)
        {
            Assert.True(far.Receive(buffer) > 0, "the stream ended");
        }
    }
}
