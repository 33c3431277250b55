using System.Globalization;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Parameter sets learnt from a stream: the first byte chooses the codec, then payloads behind 16-bit lengths. What is kept is bounded, and the fmtp line made of it
/// holds just these sets.
/// </summary>
internal sealed class ParameterSetTarget : FuzzTarget
{
    private const int SetBytesMax = 1024;

    private readonly byte[] _packet = new byte[80 * 1024];

    public override string Name => "parameter-sets";

    public override int FixedBytes => 1024;

    /// <summary>Three bytes of a stream bring a set of two; it is an array of 32 bytes then.</summary>
    public override int BytesPerInputByte => 16;

    public override void Parse(ReadOnlySpan<byte> input) => Learn(input);

    public override void Check(ReadOnlySpan<byte> input)
    {
        ParameterSetCollector sets = Learn(input);
        Property.Holds(sets.Vps.Length <= SetBytesMax && sets.Sps.Length <= SetBytesMax && sets.Pps.Length <= SetBytesMax, "sets are small");
        string? fmtp = sets.Fmtp("packetization-mode=1;sprop-sps=old;sprop-parameter-sets=old,old;profile-level-id=42");
        Property.Equal(sets.IsComplete, fmtp is not null);
        if (fmtp is null)
        {
            return;
        }

        Property.Holds(fmtp.AsSpan().IndexOfAny("\r\n\0") < 0, "an fmtp value is one line");
        string sps = Convert.ToBase64String(sets.Sps.Span);
        string pps = Convert.ToBase64String(sets.Pps.Span);
        bool isAvc = (input[0] & 1) == 0;
        Property.Holds(fmtp.Contains(isAvc ? $"sprop-parameter-sets={sps},{pps}" : $"sprop-sps={sps}", StringComparison.Ordinal), "the sets are in the value");
        if (isAvc)
        {
            string level = Convert.ToHexString(sets.Sps.Span.Slice(1, 3));
            Property.Holds(fmtp.Contains(string.Create(CultureInfo.InvariantCulture, $"profile-level-id={level}"), StringComparison.Ordinal), "the level is the set's");
        }
    }

    private ParameterSetCollector Learn(ReadOnlySpan<byte> input)
    {
        ParameterSetCollector sets = new(input.IsEmpty || (input[0] & 1) == 0 ? MediaCodec.H264 : MediaCodec.H265);
        ReadOnlySpan<byte> rest = input.IsEmpty ? input : input[1..];
        while (rest.Length >= 2)
        {
            int length = Math.Min((rest[0] << 8) | rest[1], rest.Length - 2);
            Span<byte> packet = _packet.AsSpan(0, 12 + length);
            packet[..12].Clear();
            packet[0] = 0x80;
            rest.Slice(2, length).CopyTo(packet[12..]);
            rest = rest[(2 + length)..];
            if (RtpPacketView.TryParse(packet, out RtpPacketView view, out _))
            {
                sets.Offer(view);
            }
        }

        return sets;
    }
}
