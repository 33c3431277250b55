using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class RtpPacketViewTests
{
    [Fact]
    public void TryParse_AllFields_AreRead()
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Full(), out RtpPacketView view, out RtpDefect defect));

        Assert.Equal(RtpDefect.None, defect);
        Assert.Equal((true, 96, 65534, 0x01020304u, 0x05060708u), (view.Marker, view.PayloadType, view.SequenceNumber, view.Timestamp, view.Ssrc));
        Assert.Equal((28, true, 0xABAC, 2), (view.HeaderBytes, view.HasExtension, view.ExtensionProfile, view.CsrcCount));
        Assert.Equal([9, 9, 9, 9], view.Extension.ToArray());
        Assert.Equal([10, 11, 12, 13, 14], view.Payload.ToArray());
    }

    [Fact]
    public void TryParse_HeaderAlone_HasAnEmptyPayload()
    {
        Assert.True(RtpPacketView.TryParse(RtpPackets.Make([]), out RtpPacketView view, out _));

        Assert.Equal((0, 12, false, 0), (view.Payload.Length, view.HeaderBytes, view.HasExtension, view.Extension.Length));
    }

    [Fact]
    [Rule("C13")]
    public void TryParse_EachPrefixOfTheHeader_IsRefused()
    {
        byte[] packet = RtpPackets.Full();
        for (int length = 0; length < 28; length++)
        {
            Assert.False(RtpPacketView.TryParse(packet.AsSpan(0, length), out _, out RtpDefect defect));
            Assert.Equal(length < 20 ? RtpDefect.TooShort : RtpDefect.BadExtension, defect);
        }
    }

    [Theory]
    [Rule("C13")]
    [InlineData(0x00, RtpDefect.BadVersion)]
    [InlineData(0x40, RtpDefect.BadVersion)]
    [InlineData(0xC0, RtpDefect.BadVersion)]
    [InlineData(0x8F, RtpDefect.TooShort)]
    [InlineData(0x90, RtpDefect.BadExtension)]
    public void TryParse_BadFirstByte_IsRefused(byte first, RtpDefect expected)
    {
        byte[] packet = RtpPackets.Make([1, 2, 3]);
        packet[0] = first;

        Assert.False(RtpPacketView.TryParse(packet, out _, out RtpDefect defect));
        Assert.Equal(expected, defect);
    }

    [Theory]
    [Rule("C13")]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(255, false)]
    public void TryParse_Padding_MustFitThePayload(byte padding, bool valid)
    {
        byte[] packet = RtpPackets.Make([1, 2, padding]);
        packet[0] |= 0x20;

        Assert.Equal(valid, RtpPacketView.TryParse(packet, out RtpPacketView view, out RtpDefect defect));
        Assert.Equal(valid ? RtpDefect.None : RtpDefect.BadPadding, defect);
        Assert.True(!valid || view.Payload.Length == 3 - padding);
    }

    [Fact]
    public void RtpPatch_EachField_ChangesItAlone()
    {
        byte[] packet = RtpPackets.Full();
        RtpPatch.SetSequenceNumber(packet, 7);
        RtpPatch.SetTimestamp(packet, 0xFFFFFFFF);
        RtpPatch.SetSsrc(packet, 0xCAFEBABE);
        RtpPatch.SetPayloadType(packet, 33);

        Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
        Assert.Equal((true, 33, 7, uint.MaxValue, 0xCAFEBABEu), (view.Marker, view.PayloadType, view.SequenceNumber, view.Timestamp, view.Ssrc));

        RtpPatch.SetMarker(packet, false);
        Assert.True(RtpPacketView.TryParse(packet, out view, out _));
        Assert.Equal((false, 33), (view.Marker, view.PayloadType));
        Assert.Equal(RtpPackets.Full().AsSpan(12).ToArray(), packet.AsSpan(12).ToArray());
        RtpPatch.SetMarker(packet, true);
        Assert.Equal(0xA1, packet[1]);
    }

    [Fact]
    public void TryParse_SteadyState_AllocatesNothing()
    {
        byte[] packet = RtpPackets.Full();
        byte[] idr = RtpPackets.Make([0x65, 0x88, 1]);
        RtpReceptionStats stats = new();
        ushort sequence = 0;
        int calls = 0;
        int hints = 0;

        long allocated = AllocationMeter.SteadyBytes(() =>
        {
            _ = RtpPacketView.TryParse(packet, out RtpPacketView view, out _);
            stats.Update(sequence++, view.Timestamp, view.Timestamp);
            calls++;
            _ = RtpPacketView.TryParse(idr, out RtpPacketView other, out _);
            hints += (int)(AccessUnitClassifier.Classify(MediaCodec.H264, other) & AccessUnitHint.RandomAccess);
        });

        Assert.Equal(calls, hints);
        Assert.Equal(calls, stats.Received);
        Assert.Equal(0, allocated);
    }
}
