using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Rtp;

/// <summary>Where pictures of VP9, AV1, MPEG-4, MPEG-1 and -2 and JPEG 2000 can be joined. Bytes that are called GStreamer's or FFmpeg's are theirs.</summary>
public sealed class OtherVideoClassifierTests
{
    private const AccessUnitHint Start = AccessUnitHint.StartsFrame;
    private const AccessUnitHint Random = AccessUnitHint.RandomAccess | AccessUnitHint.StartsFrame;
    private const AccessUnitHint Sets = AccessUnitHint.ParameterSets;
    private const AccessUnitHint NonVcl = AccessUnitHint.NonVcl;
    private const AccessUnitHint Intra = AccessUnitHint.Intra;
    private const AccessUnitHint None = AccessUnitHint.None;

    [Theory]
    [InlineData("0E18014000F0010401B124C1A148", Random)] // GStreamer, a key frame with its structure
    [InlineData("4CB300204978", Start)] // GStreamer, an inter frame
    [InlineData("8EADFC18014000F0010401B124C1", Random)] // a 15-bit picture id
    [InlineData("CCADFDB300204978", Start)]
    [InlineData("8C2AB124C1", Random)] // a 7-bit one
    [InlineData("04AABB", None)] // not the beginning of a frame
    [InlineData("08", Random)] // a descriptor alone is believed
    [InlineData("08824983", Random)] // profile 0, key
    [InlineData("08864983", Start)] // FFmpeg: P is never set, the frame says inter
    [InlineData("088A4983", Start)] // an old picture shown again
    [InlineData("08B3002049", Start)] // profile 3, inter
    [InlineData("2800" + "05" + "8249", Random)] // layers, TL0PICIDX: the lowest spatial one
    [InlineData("2802" + "05" + "8249", None)] // the second: its picture began before
    [InlineData("28E1" + "05" + "8249", Random)] // a temporal layer, D set
    [InlineData("3800" + "8249", Random)] // flexible mode has no TL0PICIDX
    [InlineData("6800" + "05" + "8249", Start)]
    [InlineData("28", None)]
    [InlineData("0AFF", Random)] // a structure that is cut off
    [InlineData("0A08FF" + "0C", Random)]
    public void Vp9_Descriptor_IsRead(string payload, AccessUnitHint expected) => Assert.Equal(expected, Classify(MediaCodec.Vp9, payload));

    [Theory]
    [InlineData("18" + "0A0B", Random)] // N, one element
    [InlineData("10" + "0A0B", Random)] // a sequence header without N
    [InlineData("10" + "3200", Start)] // a frame
    [InlineData("20" + "020A0B" + "3200", Random)] // two elements, the first with its length
    [InlineData("00" + "020A0B" + "023200", Random)] // each with its length
    [InlineData("00" + "0232000A0B", Start)]
    [InlineData("20" + "0112" + "0A0B", Random)] // a temporal delimiter first
    [InlineData("30" + "0112" + "020A0B" + "3200", Random)]
    [InlineData("10" + "12", Start)]
    [InlineData("00" + "80010A", Random)] // a length in two bytes (128)
    [InlineData("00" + "80", Start)]
    [InlineData("00", Start)]
    [InlineData("90" + "0A0B", None)] // goes on with the last packet's
    [InlineData("98" + "0A0B", None)] // Z with N is forbidden: it begins nothing
    public void Av1_AggregationHeader_IsRead(string payload, AccessUnitHint expected) => Assert.Equal(expected, Classify(MediaCodec.Av1, payload));

    [Theory]
    [InlineData("000001B610000C", Random)] // I
    [InlineData("000001B650A3DE", Start)] // P
    [InlineData("000001B690", Start)] // B
    [InlineData("000001B6D0", Start)] // S
    [InlineData("000001B6", Start)]
    [InlineData("000001B3001007" + "000001B610", Random)] // a group header in front
    [InlineData("000001B3001007" + "000001B650", Start)]
    [InlineData("000001B001" + "000001B58913" + "00000100" + "00000120C48D" + "000001B24C61" + "000001B3001007" + "000001B610", Random | Sets)] // GStreamer's config-interval
    [InlineData("00000120C48D" + "000001B650", Start)]
    [InlineData("000001B001" + "000001B58913" + "00000100" + "00000120C48D", NonVcl | Sets)] // headers in a packet of their own
    [InlineData("000001B3001007", NonVcl)]
    [InlineData("36DBF8DB6F", None)] // the middle of a picture
    [InlineData("36DB000001B610", None)] // and the next one behind it
    [InlineData("000001", None)]
    public void Mpeg4_StartCodes_AreRead(string payload, AccessUnitHint expected) => Assert.Equal(expected, Classify(MediaCodec.Mpeg4Video, payload));

    [Theory]
    [InlineData("00000000" + "000001B31400F013" + "000001B5148A0001" + "000001B800080040" + "00000100000FFFF8", Random | Intra)] // GStreamer: the header is zeros
    [InlineData("00000000" + "00000100" + "0057FFFB80", Start)] // P
    [InlineData("00000000" + "00000100" + "000FFFF8", Start | Intra)] // I without a sequence header
    [InlineData("00000000" + "000001B800080040" + "00000100" + "000FFFF8", Start | Intra)] // a group header alone is none
    [InlineData("00002100" + "000001B3", Random | Intra)] // FFmpeg: S and P = 1 in the header
    [InlineData("00002000", Random)]
    [InlineData("00000100" + "000001010A", Intra)] // the next packet of an I picture
    [InlineData("00000200" + "000001010A", None)]
    [InlineData("04000000" + "00000000" + "000001B3", Random)] // T: the MPEG-2 extension is skipped
    [InlineData("04000000", None)]
    [InlineData("000020", None)]
    public void Mpeg2_HeaderAndVideo_AreRead(string payload, AccessUnitHint expected) => Assert.Equal(expected, Classify(MediaCodec.MpegVideo, payload));

    [Theory]
    [InlineData("0000000000000000FF4F", Random)]
    [InlineData("0000000000000580FF4F", None)]
    [InlineData("00000000000000", None)]
    public void Jpeg2000_FragmentOffset_SaysStart(string payload, AccessUnitHint expected) => Assert.Equal(expected, Classify(MediaCodec.Jpeg2000, payload));

    [Theory]
    [InlineData("MPV", MediaCodec.MpegVideo)]
    [InlineData("jpeg2000", MediaCodec.Jpeg2000)]
    [InlineData("MP4V-ES", MediaCodec.Mpeg4Video)]
    [InlineData("AV1", MediaCodec.Av1)]
    public void FromEncodingName_OtherVideo_IsFound(string name, MediaCodec expected) => Assert.Equal(expected, MediaCodecs.FromEncodingName(name));

    private static AccessUnitHint Classify(MediaCodec codec, string payload)
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make(Convert.FromHexString(payload)), out RtpPacketView packet, out _));
        return AccessUnitClassifier.Classify(codec, packet);
    }
}
