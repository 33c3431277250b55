using FastRtspProxy.Captures.Privacy;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Captures;

/// <summary>What of a payload stays.</summary>
public sealed class MediaCutTests
{
    [Theory]
    [InlineData(MediaCodec.H264, "65", 16)] // a slice: 16 bytes of the unit
    [InlineData(MediaCodec.H264, "67", 100)] // a parameter set, whole
    [InlineData(MediaCodec.H264, "06", 16)] // SEI
    [InlineData(MediaCodec.H264, "7c85", 17)] // FU-A, first: the unit's header is in two bytes
    [InlineData(MediaCodec.H264, "7c05", 2)] // FU-A, further
    [InlineData(MediaCodec.H264, "7c45", 2)] // FU-A, last
    [InlineData(MediaCodec.H264, "7c87", 100)] // FU-A, first, of what begins with a parameter set
    [InlineData(MediaCodec.H264, "7c07", 2)] // FU-A, further, of the same: no set is so long
    [InlineData(MediaCodec.H265, "2601", 16)] // IDR
    [InlineData(MediaCodec.H265, "4201", 100)] // SPS
    [InlineData(MediaCodec.H265, "620193", 17)] // FU, first
    [InlineData(MediaCodec.H265, "620113", 3)] // FU, further
    [InlineData(MediaCodec.H265, "6201a1", 100)] // FU, first, of what begins with a parameter set
    [InlineData(MediaCodec.H265, "620121", 3)]
    [InlineData(MediaCodec.Vp8, "10", 16)]
    [InlineData(MediaCodec.Mjpeg, "0000000001ff2020", 14)] // main header, header of tables, tables of 2 bytes
    [InlineData(MediaCodec.Mjpeg, "0000010001ff2020", 8)] // a further packet has no tables
    [InlineData(MediaCodec.Aac, "00100318", 4)] // one AU header of 16 bits
    [InlineData(MediaCodec.Opus, "78", 1)]
    public void Apply_KeepsHeadsOnly(MediaCodec codec, string head, int kept)
    {
        byte[] payload = Payload(head, 100);
        if (codec == MediaCodec.Mjpeg)
        {
            payload[10] = 0; // length of the tables
            payload[11] = 2;
        }

        byte[] before = [.. payload];
        MediaCut.Apply(payload, codec, isVideo: true);

        Assert.Equal(before[..kept], payload[..kept]);
        Assert.All(payload[kept..], static one => Assert.Equal(0, one));
    }

    [Theory]
    [InlineData(MediaCodec.Pcmu)]
    [InlineData(MediaCodec.G726)]
    [InlineData(MediaCodec.OnvifMetadata)]
    [InlineData(MediaCodec.Other)]
    public void Apply_OfSoundAndMetadata_KeepsNothing(MediaCodec codec)
    {
        byte[] payload = Payload("01", 100);

        MediaCut.Apply(payload, codec, isVideo: false);

        Assert.All(payload, static one => Assert.Equal(0, one));
    }

    [Fact]
    public void Apply_OfAnAggregate_CutsEachUnit()
    {
        byte[] payload = [0x78, 0, 20, .. Payload("67", 20), 0, 40, .. Payload("65", 40)];
        byte[] before = [.. payload];

        MediaCut.Apply(payload, MediaCodec.H264, isVideo: true);

        Assert.Equal(before[..(1 + 2 + 20 + 2 + 16)], payload[..(1 + 2 + 20 + 2 + 16)]);
        Assert.All(payload[(1 + 2 + 20 + 2 + 16)..], static one => Assert.Equal(0, one));
    }

    /// <summary>A camera that sends a byte stream: its sets stay whole, and of the picture behind them no more than of any other.</summary>
    [Theory]
    [InlineData(MediaCodec.H264, "", "67", "65")]
    [InlineData(MediaCodec.H264, "7c87", "42", "65")]
    [InlineData(MediaCodec.H264, "7801f4", "67", "65")]
    [InlineData(MediaCodec.H264, "00000001", "67", "65")]
    [InlineData(MediaCodec.H265, "", "4201", "2601")]
    [InlineData(MediaCodec.H265, "000001", "4201", "2601")]
    [InlineData(MediaCodec.H265, "6201a1", "01", "2601")]
    [InlineData(MediaCodec.H265, "600101f4", "4201", "2601")]
    public void Apply_StartCodesPartUnits_CutsEachByWhatItIs(MediaCodec codec, string head, string set, string picture)
    {
        byte[] front = [.. Convert.FromHexString(head), .. Payload(set, 40), 0, 0, 0, 1, .. Payload(picture, 16)];
        byte[] payload = [.. front, .. Payload("5a", 500 - 40 - 4 - 16)];

        MediaCut.Apply(payload, codec, isVideo: true);

        Assert.Equal(front, payload[..front.Length]);
        Assert.All(payload[front.Length..], static one => Assert.Equal(0, one));
    }

    /// <summary>No picture has a start code within: whatever looks like one there is a piece of it.</summary>
    [Theory]
    [InlineData(MediaCodec.H264, "65", 16)]
    [InlineData(MediaCodec.H264, "7c85", 17)]
    [InlineData(MediaCodec.H265, "2601", 16)]
    [InlineData(MediaCodec.H265, "620193", 17)]
    public void Apply_StartCodeWithinAPicture_KeepsNothingBehindIt(MediaCodec codec, string head, int kept)
    {
        byte[] payload = [.. Payload(head, 40), 0, 0, 1, .. Payload("67", 40)];

        MediaCut.Apply(payload, codec, isVideo: true);

        Assert.Equal(Payload(head, 40)[..kept], payload[..kept]);
        Assert.All(payload[kept..], static one => Assert.Equal(0, one));
    }

    [Fact]
    public void Apply_OfAnyBytes_KeepsTheLengthAndNeverThrows()
    {
        Random random = new(3);
        foreach (MediaCodec codec in Enum.GetValues<MediaCodec>())
        {
            for (int i = 0; i < 500; i++)
            {
                byte[] payload = new byte[random.Next(0, 400)];
                random.NextBytes(payload);
                MediaCut.Apply(payload, codec, isVideo: (i & 1) == 0);
            }
        }
    }

    private static byte[] Payload(string head, int length)
    {
        byte[] payload = new byte[length];
        Array.Fill(payload, (byte)0x5A);
        Convert.FromHexString(head).CopyTo(payload, 0);
        return payload;
    }
}
