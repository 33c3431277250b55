using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Tests.Protocol.Rtp;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class RandomAccessFinderTests
{
    private static readonly byte[] s_sequence = [0, 0, 0x21, 0, 0, 0, 1, 0xb3];
    private static readonly byte[] s_intra = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0x0f];
    private static readonly byte[] s_rest = [0, 0, 1, 0, 0, 0, 1, 5];

    [Fact]
    public void MpegVideo_PlainIntraPicture_CountsOnlyWhenNoSequenceHeaderCameForTwelveSeconds()
    {
        RandomAccessFinder finder = new(MediaCodec.MpegVideo);
        Assert.True(IsPoint(finder, s_sequence, 1, 1_000_000));
        Assert.False(IsPoint(finder, s_intra, 2, 13_000_000));
        Assert.False(IsPoint(finder, s_rest, 2, 13_000_001)); // the first packet of a picture alone
        Assert.True(IsPoint(finder, s_intra, 3, 13_500_000));
        Assert.False(IsPoint(finder, s_rest, 3, 13_500_001));
        Assert.True(IsPoint(finder, s_intra, 4, 14_000_000));
        Assert.True(IsPoint(finder, s_sequence, 5, 15_000_000));
        Assert.False(IsPoint(finder, s_intra, 6, 16_000_000));
    }

    [Fact]
    public void MpegVideo_NewSession_WaitsAnew()
    {
        RandomAccessFinder finder = new(MediaCodec.MpegVideo);
        Assert.False(IsPoint(finder, s_intra, 1, 1_000_000));
        Assert.True(IsPoint(finder, s_intra, 2, 14_000_000));
        finder.BeginSession();
        Assert.False(IsPoint(finder, s_intra, 3, 15_000_000));
        Assert.True(IsPoint(finder, s_intra, 4, 28_000_000));
    }

    [Fact]
    public void TransportStream_TablesOfAnEarlierSession_Stay()
    {
        RandomAccessFinder finder = new(MediaCodec.Mpeg2Ts);
        Assert.False(IsPoint(finder, [.. TransportPackets.Programs(0x20), .. TransportPackets.Program(0x20, (0x1b, 0x41))], 1, 0));
        finder.BeginSession();
        Assert.True(IsPoint(finder, TransportPackets.Media(0x41, isMarked: true), 1, 0));
    }

    [Fact]
    public void TransportStream_Marker_EndsTheFrame()
    {
        RandomAccessFinder finder = new(MediaCodec.Mpeg2Ts);
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make(TransportPackets.Media(0x41), marker: true), out RtpPacketView packet, out _));
        Assert.Equal(AccessUnitHint.EndsFrame | AccessUnitHint.StartsFrame | AccessUnitHint.StandsAlone, finder.Classify(packet, 0));
    }

    private static bool IsPoint(RandomAccessFinder finder, byte[] payload, uint timestamp, long arrivalMicros)
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make(payload, timestamp: timestamp), out RtpPacketView packet, out _));
        return (finder.Classify(packet, arrivalMicros) & AccessUnitHint.RandomAccess) != 0;
    }
}
