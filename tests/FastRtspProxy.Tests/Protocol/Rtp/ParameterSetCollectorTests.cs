using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class ParameterSetCollectorTests
{
    private static readonly byte[] s_sps = [0x67, 0x64, 0x00, 0x28, 0xAC];
    private static readonly byte[] s_pps = [0x68, 0xEE, 0x3C, 0x80];

    [Fact]
    public void Quirk_NoSetsInTheDescription_AreLearntFromSingleUnits()
    {
        ParameterSetCollector sets = new(MediaCodec.H264);
        Assert.True(Offer(sets, s_sps));
        Assert.False(sets.IsComplete);
        Assert.Null(sets.Fmtp(null));

        Assert.True(Offer(sets, s_pps));

        Assert.True(sets.IsComplete);
        Assert.Equal("packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKw=,aO48gA==", sets.Fmtp(null));
        Assert.False(Offer(sets, s_sps));
    }

    [Fact]
    public void Quirk_StaleSetsInTheDescription_AreReplacedAndTheRestStays()
    {
        ParameterSetCollector sets = new(MediaCodec.H264);
        Assert.True(Offer(sets, [0x78, 0, 5, .. s_sps, 0, 4, .. s_pps, 0, 2, 0x65, 0x88]));

        Assert.Equal(
            "packetization-mode=0;profile-level-id=640028;x=y;sprop-parameter-sets=Z2QAKKw=,aO48gA==",
            sets.Fmtp("packetization-mode=0; profile-level-id=42E01F; x=y; sprop-parameter-sets=AAAA,BBBB;"));
    }

    [Fact]
    public void Offer_H265Aggregate_GivesThreeParameters()
    {
        ParameterSetCollector sets = new(MediaCodec.H265);
        Assert.True(Offer(sets, [0x60, 1, 0, 4, 0x40, 1, 0x0c, 1, 0, 4, 0x42, 1, 1, 1, 0, 4, 0x44, 1, 0xc1, 0x72]));

        Assert.True(sets.IsComplete);
        Assert.Equal("sprop-vps=QAEMAQ==;sprop-sps=QgEBAQ==;sprop-pps=RAHBcg==", sets.Fmtp(null));
    }

    [Fact]
    public void Quirk_V380StartCodes_AreTakenOff()
    {
        ParameterSetCollector sets = new(MediaCodec.H264);
        Assert.True(Offer(sets, [0x78, 0, 9, 0, 0, 0, 1, .. s_sps, 0, 7, 0, 0, 1, .. s_pps]));

        Assert.Equal(s_sps, sets.Sps.ToArray());
        Assert.Equal(s_pps, sets.Pps.ToArray());
    }

    [Fact]
    public void Quirk_StartCodesBetweenTheUnitsOfAPacket_EachSetIsTaken()
    {
        ParameterSetCollector sets = new(MediaCodec.H264);
        byte[] picture = Enumerable.Repeat((byte)0x65, 2 * ParameterSetCollector.SetBytesMax).ToArray();
        Assert.True(Offer(sets, [0, 0, 0, 1, .. s_sps, 0, 0, 0, 1, .. s_pps, 0, 0, 1, .. picture]));

        Assert.Equal(s_sps, sets.Sps.ToArray());
        Assert.Equal(s_pps, sets.Pps.ToArray());
        Assert.Equal(1u, sets.SequenceSets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("67")]
    [InlineData("6764")]
    [InlineData("78FFFF6764002800")]
    [InlineData("7C876764002800")]
    [InlineData("6588AABBCC")]
    public void Offer_NoWholeSet_TakesNothing(string payload)
    {
        Assert.False(Offer(new ParameterSetCollector(MediaCodec.H264), Convert.FromHexString(payload)));
        Assert.False(Offer(new ParameterSetCollector(MediaCodec.Other), Convert.FromHexString(payload)));
    }

    [Fact]
    public void Offer_KnownSetsAgain_AllocatesNothing()
    {
        ParameterSetCollector sets = new(MediaCodec.H264);
        byte[] packet = RtpPackets.Make([0x78, 0, 5, .. s_sps, 0, 4, .. s_pps]);
        int changes = 0;

        long allocated = AllocationMeter.SteadyBytes(() =>
        {
            _ = RtpPacketView.TryParse(packet, out RtpPacketView view, out _);
            changes += sets.Offer(view) ? 1 : 0;
        });

        Assert.Equal(1, changes);
        Assert.Equal(0, allocated);
    }

    private static bool Offer(ParameterSetCollector sets, byte[] payload)
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make(payload), out RtpPacketView packet, out _));
        return sets.Offer(packet);
    }
}
