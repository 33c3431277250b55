using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// What a payload says about its place in the stream, for each codec (the first byte chooses; the second is the marker). It depends on the payload and the marker
/// alone: contributing sources, an extension and padding around it change nothing. Nothing is allocated.
/// </summary>
internal sealed class AccessUnitTarget : FuzzTarget
{
    private static readonly MediaCodec[] s_codecs = Enum.GetValues<MediaCodec>();

    private readonly byte[] _packet = new byte[128 * 1024];

    public override string Name => "access-unit";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        if (input.Length >= 2 && input.Length < _packet.Length - 100)
        {
            Classify(input, isPlain: true);
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2 || input.Length >= _packet.Length - 100)
        {
            return;
        }

        AccessUnitHint hint = Classify(input, isPlain: true);
        Property.Equal(hint, Classify(input, isPlain: false));
        Property.Equal((input[1] & 1) != 0, (hint & AccessUnitHint.EndsFrame) != 0);
        MediaCodec codec = CodecOf(input);
        Property.Holds((hint & AccessUnitHint.RandomAccess) == 0 || MediaCodecs.HasRandomAccessPoints(codec), "only a codec with random access points has one");
        Property.Holds((hint & ~(AccessUnitHint)127) == 0, "there are no other hints");
    }

    private static MediaCodec CodecOf(ReadOnlySpan<byte> input) => s_codecs[input[0] % s_codecs.Length];

    private AccessUnitHint Classify(ReadOnlySpan<byte> input, bool isPlain)
    {
        ReadOnlySpan<byte> payload = input[2..];
        int header = isPlain ? 12 : 12 + 8 + 8; // two sources, one word of extension
        Span<byte> packet = _packet.AsSpan(0, header + payload.Length + (isPlain ? 0 : 4));
        packet[..header].Clear();
        packet[0] = isPlain ? (byte)0x80 : (byte)0xB2;
        packet[1] = (byte)((input[1] << 7) | 96);
        if (!isPlain)
        {
            packet[23] = 1;
            packet[^1] = 4;
        }

        payload.CopyTo(packet[header..]);
        Property.Holds(RtpPacketView.TryParse(packet, out RtpPacketView view, out _), "the packet around the payload is one");
        return AccessUnitClassifier.Classify(CodecOf(input), view);
    }
}
