using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class CodecNameTests
{
    [Theory]
    [InlineData(MediaCodec.H264, "67640028ACD940", "avc1.640028")]
    [InlineData(MediaCodec.H264, "6742C01E", "avc1.42c01e")]
    [InlineData(MediaCodec.H264, "6742C0", null)]
    [InlineData(MediaCodec.H264, "68640028", null)]
    [InlineData(MediaCodec.H265, "42010101600000030090000003000003005DA0", "hev1.1.6.L93.90")] // emulation prevention within
    [InlineData(MediaCodec.H265, "420101016000000300B0000003000003005D", "hev1.1.6.L93.B0")]
    [InlineData(MediaCodec.H265, "420101016000", null)]
    [InlineData(MediaCodec.Vp8, "67640028", null)]
    public void Of_SetOfACodec_IsItsNameInABrowser(MediaCodec codec, string hex, string? name) =>
        Assert.Equal(name, CodecName.Of(codec, Convert.FromHexString(hex)));
}
