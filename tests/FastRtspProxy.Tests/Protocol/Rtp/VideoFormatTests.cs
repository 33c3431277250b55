using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Tests.Protocol.Fuzz;

namespace FastRtspProxy.Tests.Protocol.Rtp;

/// <summary>Sets made by x264 and x265, and one of a camera in testdata.</summary>
public sealed class VideoFormatTests
{
    private const string Uncropped = "6742C01ED900A02FF9701100000303E90000EA600F162E48";

    [Theory]
    [InlineData("67640028ACD940780227E5C044000003000400000300C83C60C658", 1920, 1080, 25.0)] // 1088 lines, eight cropped
    [InlineData(Uncropped, 640, 360, 29.97)]
    [InlineData("674D401FECA02802DD8088000003000800000300F078C18CB0", 1280, 720, 15.0)]
    [InlineData("677A001EBCD940B0127ABC0440000003004000000C83C58B6580", 702, 574, 25.0)] // 4:2:2
    [InlineData("67F4000C919B282A10F1F1F80880000003008000000A078A14CB", 322, 242, 10.0)] // 4:4:4
    [InlineData("6764001EACD940B424D8088000000300800000190F8A14CB", 720, 576, 25.0)] // interlaced
    public void TryRead_H264(string hex, int width, int height, double framesPerSecond) => AssertRead(MediaCodec.H264, hex, width, height, framesPerSecond);

    [Theory]
    [InlineData("420101016000000300900000030000030078A003C08010E596566924CAF0168080000003008000000C84", 1920, 1080, 25.0)]
    [InlineData("420101016000000300900000030000030096A001402005A16592A4932BC05A020000030002000003002810", 2560, 1440, 20.0)]
    [InlineData("42010102200000030090000003000003003FA005020171F2365959A4932BC05A02000007D20000EA6010", 640, 362, 29.97)] // ten bits
    [InlineData("42010101600000030090000003000003007BA003C08010E596566924E5780B4040000003004000000C82", 1920, 1080, 50.0)] // scaling lists
    public void TryRead_H265(string hex, int width, int height, double framesPerSecond) => AssertRead(MediaCodec.H265, hex, width, height, framesPerSecond);

    [Fact]
    public void TryRead_CamerasSetWithoutTiming_GivesTheSizeAlone()
    {
        Assert.True(VideoFormat.TryRead(MediaCodec.H264, Convert.FromBase64String("Z0IAKeKQFge2AtwEBAaQeJEV"), out VideoFormat format));

        Assert.Equal(new VideoFormat(704, 480, null) { IsReordered = false }, format);
    }

    [Theory]
    [InlineData("6742C00DD90141FB011000000300100000030320F142A480", false)] // x264, Baseline
    [InlineData("6742001EED01407B20", false)] // Baseline, without usability information
    [InlineData("674D400DD90141FB011000000300100000030320F142A480", false)] // x264, Main, bframes=0
    [InlineData("674D400DECA0A0FD80880000030008000003019078A14CB0", true)] // x264, Main, bframes=2
    [InlineData("6764000DACD94141FB011000000300100000030320F1429960", true)] // x264, High, bframes=3
    [InlineData("67640015ACE405043F2E0220000003002000000643E28549", false)] // x264, High, interlaced, bframes=0: counted by type 0, and nothing reordered
    [InlineData("6764100DACB8283F60220000030002000003006408", false)] // x264, High Intra: it says nothing of an order, and needs none
    [InlineData("674D002A963540F0044FCB3701010102000000C80000177010", null)] // a camera, Main: usability information that leaves it open
    [InlineData("67640028AC1AD00F0044FCB80880000003008000000F42", false)] // a camera, High: shown as sent (pic_order_cnt_type 2)
    [InlineData("674D40288D8D403C0113F2E02DC040405000003E80000C350E860039385DE5C68600201C9C2EF2E140", false)] // a camera, Main, with a buffer's parameters
    [InlineData("674D001EED01407B20", null)] // Main, without usability information
    public void TryRead_H264_SaysWhetherPicturesAreReordered(string hex, bool? isReordered) => AssertOrder(MediaCodec.H264, hex, isReordered);

    [Theory]
    [InlineData("42010101600000030090000003000003003CA00A080F16592A4932BC05A02000000300200000030321", false)] // x265, bframes=0
    [InlineData("42010101600000030090000003000003003CA00A080F16595964932BC05A020000030002000003003210", true)] // x265, bframes=3
    [InlineData("42010201600000030090000003000003003C0000A00A080F1659598ACD24995E02D0100000030010000003019080", true)] // x265, bframes=4 in sub-layers
    public void TryRead_H265_SaysWhetherPicturesAreReordered(string hex, bool? isReordered) => AssertOrder(MediaCodec.H265, hex, isReordered);

    [Fact]
    public void TryRead_OtherUnitsOrNothing_IsNone()
    {
        Assert.False(VideoFormat.TryRead(MediaCodec.H264, [], out _));
        Assert.False(VideoFormat.TryRead(MediaCodec.H264, [0x68, 0xEE, 0x3C, 0x80], out _));
        Assert.False(VideoFormat.TryRead(MediaCodec.H265, Convert.FromHexString(Uncropped), out _));
        Assert.False(VideoFormat.TryRead(MediaCodec.Other, Convert.FromHexString(Uncropped), out _));
    }

    /// <summary>A set that is cut off says nothing of what is missing, and a rate that is cut off is none.</summary>
    [Fact]
    public void TryRead_EveryProperPrefix_NeverSaysAnythingElse()
    {
        byte[] whole = Convert.FromHexString(Uncropped);
        for (int length = 0; length < whole.Length; length++)
        {
            if (VideoFormat.TryRead(MediaCodec.H264, whole.AsSpan(0, length), out VideoFormat format))
            {
                Assert.Equal((640, 360), (format.Width, format.Height));
                Assert.True(format.FramesPerSecond is null or > 29.9 and < 30);
            }
        }
    }

    [Fact]
    public void TryRead_Garbage_StaysWithinTheLimits()
    {
        byte[][] corpus = [Convert.FromHexString(Uncropped), Convert.FromHexString("420101016000000300900000030000030078A003C08010E596566924CAF0168080000003008000000C84")];
        Random random = new(7);
        Mutator mutator = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] input = i % 5 == 0 ? mutator.Noise(60) : mutator.Next(corpus);
            if (input.Length > 0 && i % 5 == 0)
            {
                input[0] = random.Next(2) == 0 ? (byte)0x67 : (byte)0x42;
            }

            foreach (MediaCodec codec in (ReadOnlySpan<MediaCodec>)[MediaCodec.H264, MediaCodec.H265])
            {
                if (VideoFormat.TryRead(codec, input, out VideoFormat format))
                {
                    Assert.InRange(format.Width, 1, VideoFormat.PixelsMax);
                    Assert.InRange(format.Height, 1, VideoFormat.PixelsMax);
                    Assert.True(format.FramesPerSecond is null or > 0 and <= 1000);
                }
            }
        }
    }

    private static void AssertOrder(MediaCodec codec, string hex, bool? isReordered)
    {
        Assert.True(VideoFormat.TryRead(codec, Convert.FromHexString(hex), out VideoFormat format));
        Assert.Equal(isReordered, format.IsReordered);
    }

    private static void AssertRead(MediaCodec codec, string hex, int width, int height, double framesPerSecond)
    {
        Assert.True(VideoFormat.TryRead(codec, Convert.FromHexString(hex), out VideoFormat format));
        Assert.Equal((width, height), (format.Width, format.Height));
        Assert.Equal(framesPerSecond, format.FramesPerSecond!.Value, 2);
    }
}
