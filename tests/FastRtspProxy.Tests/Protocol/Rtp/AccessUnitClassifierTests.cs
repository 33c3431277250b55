using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class AccessUnitClassifierTests
{
    private const AccessUnitHint Start = AccessUnitHint.StartsFrame;
    private const AccessUnitHint Random = AccessUnitHint.RandomAccess;
    private const AccessUnitHint Sets = AccessUnitHint.ParameterSets;
    private const AccessUnitHint NonVcl = AccessUnitHint.NonVcl;
    private const AccessUnitHint None = AccessUnitHint.None;

    [Theory]
    [InlineData("6588", Random | Start)] // IDR, first_mb_in_slice 0
    [InlineData("6540", None)] // second slice of an IDR picture
    [InlineData("419A", Start)]
    [InlineData("4140", None)]
    [InlineData("6742", NonVcl | Sets)]
    [InlineData("68CE", NonVcl | Sets)]
    [InlineData("0910", NonVcl)] // access unit delimiter
    [InlineData("0606018480", NonVcl | Random)] // recovery point
    [InlineData("060501AA0601C480", NonVcl | Random)] // user data first, then the recovery point
    [InlineData("0605FFFFFF", NonVcl)] // a size that runs out
    [InlineData("06", NonVcl)]
    [InlineData("65", None)]
    [InlineData("00", None)]
    [InlineData("1F", None)]
    public void H264_SingleUnit_IsTold(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.H264, payload));
    }

    [Theory]
    [InlineData("78" + "00026742" + "000268CE", NonVcl | Sets)]
    [InlineData("78" + "00026742" + "000268CE" + "00026588", Sets | Random | Start)]
    [InlineData("79" + "0001" + "00026588", Random | Start)] // STAP-B
    [InlineData("7A" + "0001" + "0005" + "000000" + "6588", Random | Start)] // MTAP16
    [InlineData("7B" + "0001" + "0006" + "00000000" + "6588", Random | Start)] // MTAP24
    [InlineData("78" + "FFFF6588", Random | Start)] // a size beyond the packet
    [InlineData("78" + "0000", NonVcl & None)]
    [InlineData("78", None)]
    [InlineData("7900", None)]
    public void H264_Aggregate_IsTheSumOfItsUnits(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.H264, payload) & ~(payload.Length <= 6 ? NonVcl : None));
    }

    [Theory]
    [InlineData("7C8588", Random | Start)] // FU-A start of an IDR
    [InlineData("7C0588", None)]
    [InlineData("7C4588", None)]
    [InlineData("7C8188", Start)]
    [InlineData("7C87", NonVcl | Sets)]
    [InlineData("7C07", NonVcl)]
    [InlineData("7D85000188", Random | Start)] // FU-B
    [InlineData("7C", None)]
    [InlineData("7C85", None)]
    public void H264_Fragment_OnlyTheFirstStarts(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.H264, payload));
    }

    [Theory]
    [InlineData("260180", Random | Start)] // 19 IDR_W_RADL
    [InlineData("200180", Random | Start)] // 16 BLA_W_LP
    [InlineData("2A0180", Random | Start)] // 21 CRA
    [InlineData("260100", None)] // not the first slice segment
    [InlineData("020180", Start)]
    [InlineData("2C0180", Start)] // 22, reserved
    [InlineData("400100", NonVcl | Sets)]
    [InlineData("420100", NonVcl | Sets)]
    [InlineData("440100", NonVcl | Sets)]
    [InlineData("4E010601C480", NonVcl | Random)] // prefix SEI, recovery point
    [InlineData("4E01810100", NonVcl)]
    [InlineData("460150", NonVcl)]
    [InlineData("62019380", Random | Start)] // FU start of a 19
    [InlineData("62011380", None)]
    [InlineData("620120", NonVcl)] // FU middle of a VPS
    [InlineData("6201", None)]
    [InlineData("6001" + "00034001AA" + "00034201AA" + "000326 0180", Sets | Random | Start)]
    [InlineData("6001" + "00034001AA", NonVcl | Sets)]
    [InlineData("64012600", None)] // PACI
    [InlineData("26", None)]
    public void H265_Units_AreTold(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.H265, payload));
    }

    /// <summary>Start codes of the byte stream format (Annex B) in a packet: what stands behind one is a unit as any.</summary>
    [Theory]
    [InlineData(MediaCodec.H264, "00000001" + "6588", Random | Start)]
    [InlineData(MediaCodec.H264, "000001" + "419A", Start)]
    [InlineData(MediaCodec.H264, "00000001" + "6764" + "00000001" + "68EE" + "00000001" + "6588", Sets | Random | Start)]
    [InlineData(MediaCodec.H264, "6764" + "000001" + "68EE" + "000001" + "6588", Sets | Random | Start)]
    [InlineData(MediaCodec.H264, "6764" + "00000001" + "68EE", NonVcl | Sets)]
    [InlineData(MediaCodec.H264, "0605" + "01AA80" + "000001" + "419A", Start)]
    [InlineData(MediaCodec.H264, "7C87" + "64" + "00000001" + "68EE" + "00000001" + "6588", Sets | Random | Start)] // FU-A of a whole key frame
    [InlineData(MediaCodec.H264, "1C80" + "000001" + "6588", Random | Start)] // FU-A of bytes that begin with a start code
    [InlineData(MediaCodec.H264, "1C80" + "000001" + "419A", Start)]
    [InlineData(MediaCodec.H264, "1C40" + "9A", None)]
    [InlineData(MediaCodec.H264, "78" + "0006" + "00000001" + "6764" + "0005" + "000001" + "6588", Sets | Random | Start)]
    [InlineData(MediaCodec.H264, "00000001", None)]
    [InlineData(MediaCodec.H264, "67000001", NonVcl | Sets)]
    [InlineData(MediaCodec.H265, "00000001" + "40010C" + "00000001" + "420101" + "00000001" + "4401C1" + "00000001" + "260180", Sets | Random | Start)]
    [InlineData(MediaCodec.H265, "40010C" + "000001" + "260180", Sets | Random | Start)]
    [InlineData(MediaCodec.H265, "6201A0" + "0C" + "000001" + "260180", Sets | Random | Start)] // FU
    [InlineData(MediaCodec.H265, "00000001" + "020180", Start)]
    [InlineData(MediaCodec.H265, "40010C" + "000001" + "26", NonVcl | Sets)]
    public void StartCodesInAPacket_EachUnitCounts(MediaCodec codec, string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(codec, payload));
    }

    [Theory]
    [InlineData("1010", Random | Start)]
    [InlineData("1011", Start)] // an inter frame
    [InlineData("0010", None)] // continuation
    [InlineData("1110", None)] // another partition
    [InlineData("9080" + "7F" + "10", Random | Start)] // 7-bit picture id
    [InlineData("9080" + "8001" + "10", Random | Start)] // 15-bit picture id
    [InlineData("90E0" + "8001" + "22" + "33" + "10", Random | Start)]
    [InlineData("90E0" + "8001" + "22" + "33" + "11", Start)]
    [InlineData("90", None)]
    [InlineData("9080", None)]
    [InlineData("10", None)]
    public void Vp8_Descriptor_IsRead(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.Vp8, payload));
    }

    [Theory]
    [InlineData("0000000001FF5030", Random | Start)]
    [InlineData("0000058001FF5030", None)]
    [InlineData("00000000", None)]
    public void Mjpeg_FragmentOffset_SaysStart(string payload, AccessUnitHint expected)
    {
        Assert.Equal(expected, Classify(MediaCodec.Mjpeg, payload));
    }

    [Theory]
    [InlineData(MediaCodec.Aac)]
    [InlineData(MediaCodec.Other)]
    public void OtherCodecs_EachPacket_StartsAFrame(MediaCodec codec)
    {
        Assert.Equal(Start, Classify(codec, "00"));
    }

    [Fact]
    public void Marker_OnAnyPacket_EndsTheFrame()
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make([0x7c, 0x45, 1], marker: true), out RtpPacketView packet, out _));
        Assert.Equal(AccessUnitHint.EndsFrame, AccessUnitClassifier.Classify(MediaCodec.H264, packet));

        Assert.True(RtpPacketView.TryParse(RtpPackets.Make([], marker: true), out packet, out _));
        Assert.Equal(AccessUnitHint.EndsFrame, AccessUnitClassifier.Classify(MediaCodec.H264, packet));
    }

    [Theory]
    [InlineData("h264", MediaCodec.H264)]
    [InlineData("H265", MediaCodec.H265)]
    [InlineData("mpeg4-generic", MediaCodec.Aac)]
    [InlineData("JPEG", MediaCodec.Mjpeg)]
    [InlineData("vnd.onvif.metadata", MediaCodec.OnvifMetadata)]
    [InlineData("", MediaCodec.Other)]
    [InlineData("H266", MediaCodec.Other)]
    public void FromEncodingName_AnyCase_IsFound(string name, MediaCodec expected)
    {
        Assert.Equal(expected, MediaCodecs.FromEncodingName(name));
    }

    private static AccessUnitHint Classify(MediaCodec codec, string payload)
    {
        byte[] bytes = Convert.FromHexString(payload.Replace(" ", string.Empty, StringComparison.Ordinal));
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make(bytes), out RtpPacketView packet, out _));
        return AccessUnitClassifier.Classify(codec, packet);
    }
}
