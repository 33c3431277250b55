using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>How fast a past goes over UDP, as a table: Mbit/s, and how many times as fast as it came.</summary>
public sealed class CatchUpPaceTests
{
    private const int PacketBytes = 1400;

    [Theory]
    [InlineData(10, 4, false, 60, 15)] // 375 pictures a second
    [InlineData(30, 4, false, 60, 15)]
    [InlineData(10, 8, false, 80, 10)] // what a line of 100 Mbit/s has room for
    [InlineData(30, 25, false, 80, 3.2)]
    [InlineData(10, 60, false, 120, 2)] // or it would never be caught up with
    [InlineData(4, 2, true, 30, 15)]
    [InlineData(30, 1, true, 43, 43)] // 0.7 s
    [InlineData(4, 20, true, 80, 4)]
    public void For_Past_GoesNoFasterThanItIsDecodedNorThanALineTakesIt(int seconds, int mbits, bool isSqueezed, double paceMbits, double speed)
    {
        FanOutLimits limits = new();
        int packets = (int)(seconds * mbits * 1e6 / 8 / PacketBytes);
        TimestampMap? map = isSqueezed ? new TimestampMap(0, 0, 1, 1) : null;
        CatchUpPace pace = CatchUpPace.For(
            new CatchUp(0, isSqueezed ? 0 : null, map, 0, null, (long)packets * PacketBytes) { PastPackets = packets, FirstPackets = 1, SpanMicros = seconds * 1_000_000L }, limits);

        double Mbits(int part) => part * PacketBytes * 8.0 / limits.CatchUpPauseMicros;
        double aPacket = Mbits(1);
        Assert.InRange(Mbits(pace.PartPackets), paceMbits - aPacket, paceMbits + aPacket);
        Assert.InRange(Mbits(pace.PartPackets) / mbits, speed - (aPacket / mbits), speed + (aPacket / mbits));
        Assert.InRange(Mbits(pace.FastPartPackets), Mbits(pace.PartPackets), Math.Max(80, Mbits(pace.PartPackets)));
    }

    [Theory]
    [InlineData(6, 700, 2000, 6)] // as fast as it was: 350 packets a second
    [InlineData(6, 6000, 2000, 19)] // 3,000 a second are 9 in a pause of 3 ms
    [InlineData(6, 400, 3, 6)] // a key frame
    [InlineData(6, 1_000_000, 2000, UdpSendPlan.PacketsMax)]
    public void NextPart_WhatCameMeanwhile_IsLargerOnlyForAStreamThatHasGrown(int part, int packets, int tookMillis, int next) =>
        Assert.Equal(next, CatchUpPace.NextPart(part, packets, tookMillis * 1000, new FanOutLimits()));
}
