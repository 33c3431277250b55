using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>RTP packets: header, extension, payload and padding make up the packet, and the proxy's changes to one change nothing else. Nothing is allocated.</summary>
internal sealed class RtpTarget : FuzzTarget
{
    private readonly RtpReceptionStats _stats = new();

    public override string Name => "rtp";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        if (RtpPacketView.TryParse(input, out RtpPacketView view, out _))
        {
            _stats.Update(view.SequenceNumber, view.Timestamp, view.Ssrc);
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        bool isValid = RtpPacketView.TryParse(input, out RtpPacketView view, out RtpDefect defect);
        Property.Equal(isValid, defect == RtpDefect.None);
        if (!isValid)
        {
            return;
        }

        int paddingBytes = (input[0] & 0x20) == 0 ? 0 : input[^1];
        Property.Equal(input.Length, view.HeaderBytes + view.Payload.Length + paddingBytes);
        Property.Equal(view.HeaderBytes, RtpPacketView.FixedHeaderBytes + (4 * view.CsrcCount) + (view.HasExtension ? 4 + view.Extension.Length : 0));
        Property.Holds(view.Extension.Length % 4 == 0 && view.PayloadType < 128, "an extension is words, a payload type has 7 bits");
        Property.Holds(_stats.FractionLostAndReset() <= 255 && _stats.Received >= 0 && _stats.Duplicates <= _stats.Received + _stats.OutOfOrder + _stats.Duplicates, "counts are counts");

        byte[] patched = input.ToArray();
        RtpPatch.SetSequenceNumber(patched, 0xABCD);
        RtpPatch.SetTimestamp(patched, 0x01020304);
        RtpPatch.SetSsrc(patched, 0x05060708);
        RtpPatch.SetMarker(patched, !view.Marker);
        RtpPatch.SetPayloadType(patched, 96);
        Property.Holds(RtpPacketView.TryParse(patched, out RtpPacketView other, out _), "a packet that was changed is one");
        Property.Equal((0xABCD, 0x01020304u, 0x05060708u), (other.SequenceNumber, other.Timestamp, other.Ssrc));
        Property.Equal((!view.Marker, 96), (other.Marker, other.PayloadType));
        Property.SameBytes(view.Payload, other.Payload, "the payload");
        Property.SameBytes(view.Extension, other.Extension, "the extension");
    }
}
