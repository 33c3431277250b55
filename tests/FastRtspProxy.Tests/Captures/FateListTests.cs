using FastRtspProxy.Simulator.Replay;

namespace FastRtspProxy.Tests.Captures;

/// <summary>What became of each packet, by what was sent and what came.</summary>
public sealed class FateListTests
{
    private static readonly SentPacket[] s_sent = [.. Enumerable.Range(0, 40).Select(static i => new SentPacket((ushort)(65_520 + i), (uint)(i * 3000), 96, (ulong)i, i * 40_000))];

    [Fact]
    public void Of_PacketsWithOtherNumbers_AreDelivered()
    {
        FateList fates = FateList.Of(s_sent, Got(s_sent, 7));

        Assert.Equal(40, fates.Count(PacketFate.Delivered));
    }

    [Fact]
    public void Of_AClientThatBeginsLateAndEndsEarly_SaysSo()
    {
        FateList fates = FateList.Of(s_sent, Got(s_sent[10..30], 7));

        Assert.Equal((10, 20, 10, 0), (fates.Count(PacketFate.BeforeJoin), fates.Count(PacketFate.Delivered), fates.Count(PacketFate.AfterEnd), fates.Count(PacketFate.Missing)));
    }

    [Fact]
    public void Of_LostChangedRepeatedAndForeignPackets_AreTold()
    {
        List<SentPacket> got = [.. Got(s_sent, 100)];
        got[12] = got[12] with { PayloadHash = 99 };
        got.Insert(21, got[20]);
        got.RemoveAt(5);
        got.Add(new SentPacket(30_000, 1, 97, 1234, 0));

        FateList fates = FateList.Of(s_sent, got);

        Assert.Equal(PacketFate.Missing, fates.Fates[5]);
        Assert.Equal(PacketFate.Changed, fates.Fates[12]);
        Assert.Equal((38, 1, 1), (fates.Count(PacketFate.Delivered), fates.Repeated, fates.Extra));
    }

    /// <summary>Pictures whose payload was zeroed look alike: the distances of their numbers and times tell them apart.</summary>
    [Fact]
    public void Of_PacketsThatLookAlike_GoesByTheirDistances()
    {
        SentPacket[] alike = [.. s_sent.Select(static (packet, i) => packet with { PayloadHash = 1, Timestamp = (uint)(i * i * 100) })];

        FateList fates = FateList.Of(alike, Got(alike[15..], 3));

        Assert.Equal((15, 25), (fates.Count(PacketFate.BeforeJoin), fates.Count(PacketFate.Delivered)));
    }

    private static SentPacket[] Got(SentPacket[] sent, ushort offset) =>
        [.. sent.Select(packet => packet with { Number = (ushort)(packet.Number + offset), Timestamp = packet.Timestamp + 77, Micros = packet.Micros + 500 })];
}
