using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class RandomAccessGateTests
{
    private const long Limit = 4_000_000;
    private readonly RandomAccessGate _gate = new(MediaCodec.H264);

    [Fact]
    public void Holds_UntilARandomAccessPoint_PicturesOnly()
    {
        _gate.BeginSession(Limit);
        Assert.True(_gate.Holds(EntryFlags.None, 1, 0));
        Assert.True(_gate.Holds(EntryFlags.NonVcl, 2, 40_000));
        Assert.False(_gate.Holds(EntryFlags.ParameterSets, 3, 80_000));
        Assert.False(_gate.Holds(EntryFlags.RandomAccess, 3, 80_000));
        Assert.False(_gate.Holds(EntryFlags.None, 4, 120_000));
    }

    [Fact]
    public void Holds_NextSession_BeginsAnew()
    {
        _gate.BeginSession(Limit);
        Assert.False(_gate.Holds(EntryFlags.RandomAccess, 3, 80_000));
        _gate.BeginSession(Limit);
        Assert.True(_gate.Holds(EntryFlags.None, 4, 120_000));
    }

    [Fact]
    public void Holds_NoneWithinTheLimit_OpensAtAPicturesBeginAndDoesNotShutAgainUntilOneIsSeen()
    {
        _gate.BeginSession(Limit);
        Assert.True(_gate.Holds(EntryFlags.None, 1, 0));
        Assert.True(_gate.Holds(EntryFlags.None, 2, Limit));
        Assert.True(_gate.Holds(EntryFlags.None, 2, Limit + 1)); // the rest of a picture
        Assert.False(_gate.Holds(EntryFlags.None, 3, Limit + 2));
        _gate.BeginSession(Limit);
        Assert.False(_gate.Holds(EntryFlags.None, 4, Limit + 3));
        Assert.False(_gate.Holds(EntryFlags.RandomAccess, 5, Limit + 4));
        _gate.BeginSession(Limit);
        Assert.True(_gate.Holds(EntryFlags.None, 6, Limit + 5));
    }

    [Fact]
    public void Holds_NoLimit_HoldsNothing()
    {
        _gate.BeginSession(0);
        Assert.False(_gate.Holds(EntryFlags.None, 1, 0));
    }

    [Theory]
    [InlineData(MediaCodec.Mjpeg)]
    [InlineData(MediaCodec.Aac)]
    [InlineData(MediaCodec.Jpeg2000)]
    [InlineData(MediaCodec.Other)]
    public void Holds_CodecWhosePicturesStandForThemselves_HoldsNothing(MediaCodec codec)
    {
        RandomAccessGate gate = new(codec);
        gate.BeginSession(Limit);
        Assert.False(gate.Holds(EntryFlags.None, 1, 0));
    }

    [Theory]
    [InlineData(MediaCodec.Vp8)]
    [InlineData(MediaCodec.Vp9)]
    [InlineData(MediaCodec.Av1)]
    [InlineData(MediaCodec.Mpeg4Video)]
    [InlineData(MediaCodec.MpegVideo)]
    [InlineData(MediaCodec.Mpeg2Ts)]
    public void Holds_CodecWhosePicturesNeedOthers_WaitsForAPlaceToStart(MediaCodec codec)
    {
        RandomAccessGate gate = new(codec);
        gate.BeginSession(Limit);
        Assert.True(gate.Holds(EntryFlags.None, 1, 0));
        Assert.False(gate.Holds(EntryFlags.RandomAccess, 2, 0));
        Assert.False(gate.Holds(EntryFlags.None, 3, 0));
    }
}
