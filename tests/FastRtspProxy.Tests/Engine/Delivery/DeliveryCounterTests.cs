using System.Buffers.Binary;
using System.Net.Sockets;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>What is counted of a pass is what its viewers got.</summary>
public sealed class DeliveryCounterTests
{
    [Fact]
    public void Publish_ViewersInStep_EachWayCountsWhatItCarried()
    {
        using FanOutFixture fixture = new();
        (UdpViewer udp, Socket first) = fixture.AddUdp();
        (_, Socket second) = fixture.AddUdp();
        (TcpViewer tcp, Socket far) = fixture.AddTcp([0]);

        for (uint frame = 0; frame < 10; frame++)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, packets: 3, frame * 3600, frame == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
                fixture.Ring.Append(0, EntryFlags.Rtcp, 0, 0, fixture.Shard.NowMicros, new byte[28]); // a report is no packet of the stream's
                fixture.Ring.Publish();
            });
        }

        FanOutFixture.ReadFrames(far, 40);
        ReceiveMedia(first, 30);
        ReceiveMedia(second, 30);
        const long Bytes = 10 * ((2 * FanOutFixture.PacketBytes) + (FanOutFixture.PacketBytes / 2));
        DeliveryCounters counters = fixture.FanOut.Counters;
        Assert.Equal((2 * Bytes, 60), (counters.SentBytes(ViewerWay.Udp), counters.SentPackets(ViewerWay.Udp)));
        Assert.Equal((Bytes + (30 * 4), 30), (counters.SentBytes(ViewerWay.Tcp), counters.SentPackets(ViewerWay.Tcp)));
        Assert.Equal((Bytes, 30), fixture.OnShard(() => (fixture.FanOut.BytesSent(udp), fixture.FanOut.PacketsSent(udp))));
        Assert.Equal((Bytes + (30 * 4), 30), fixture.OnShard(() => (tcp.SentBytes, tcp.SentPackets)));
        Assert.Null(fixture.OnShard(() => fixture.FanOut.LagOf(tcp)));
    }

    /// <summary>Who is in step before anything comes waits for its first picture still; a report is none.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FirstPicture_ViewerInStepBeforeMedia_IsToldWithTheFirstThatIsSent(bool isTcp)
    {
        using FanOutFixture fixture = new();
        long asked = fixture.OnShard(() => fixture.Shard.NowMicros);
        Viewer viewer = isTcp ? fixture.AddTcp([0], askedMicros: asked).Viewer : fixture.AddUdp(askedMicros: asked).Viewer;
        fixture.OnShard(() =>
        {
            fixture.Ring.Append(0, EntryFlags.Rtcp, 0, 0, fixture.Shard.NowMicros, new byte[28]);
            fixture.Ring.Publish();
        });
        fixture.OnShard(static () => { });
        Assert.Equal(asked, fixture.OnShard(() => viewer.AskedMicros));

        fixture.OnShard(() =>
        {
            fixture.AppendFrame(0, packets: 3, 3600, EntryFlags.RandomAccess);
            fixture.Ring.Publish();
        });

        Assert.Equal(0, fixture.OnShard(() => viewer.AskedMicros));
    }

    /// <summary>In step, parked, behind, moved forward, in step again: what it got and what it lacks are what there was.</summary>
    [Fact]
    public async Task Publish_AViewerThatStopsReading_WhatItGotAndLackedIsWhatCame()
    {
        using FanOutFixture fixture = new(new FanOutLimits { HoldMicrosPerViewer = 0, LagBytesMax = 1 << 20 });
        (TcpViewer viewer, Socket far) = fixture.AddTcp([0], sendBufferBytes: 16 * 1024);
        const int Frames = 400;
        for (uint frame = 0; frame < Frames; frame++)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, packets: 5, frame * 3600, frame % 25 == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
                fixture.Ring.Publish();
            });
            if (frame == Frames / 2)
            {
                Assert.True(fixture.OnShard(() => fixture.FanOut.LagOf(viewer)) is not null);
            }
        }

        long bytes = 0;
        byte[] buffer = new byte[1 << 20];
        await Until.TrueAsync(() =>
        {
            while (far.Available > 0)
            {
                bytes += far.Receive(buffer);
            }

            return fixture.OnShard(() => viewer.State == TcpViewerState.InStep && viewer.SentBytes == bytes);
        });

        DeliveryCounters counters = fixture.FanOut.Counters;
        Assert.True(viewer.DroppedPackets > 0);
        Assert.Equal(Frames * 5, fixture.OnShard(() => viewer.SentPackets) + viewer.DroppedPackets);
        Assert.Equal((bytes, fixture.OnShard(() => viewer.SentPackets)), (counters.SentBytes(ViewerWay.Tcp), counters.SentPackets(ViewerWay.Tcp)));
        Assert.Equal(viewer.DroppedPackets, counters.Dropped(DropCause.SlowClient) + counters.Dropped(DropCause.NotKeyFrame));
        Assert.True(fixture.Table.Counters.OverLag > 0);
    }

    private static void ReceiveMedia(Socket socket, int count)
    {
        byte[] buffer = new byte[65_536];
        for (int media = 0; media < count;)
        {
            media += socket.Receive(buffer) > 28 && BinaryPrimitives.ReadUInt16BigEndian(buffer) >> 8 == 0x80 ? 1 : 0;
        }
    }
}
