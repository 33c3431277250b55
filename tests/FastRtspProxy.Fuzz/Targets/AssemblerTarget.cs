using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// Access units put together for a page: the first byte chooses the codec (H.264, H.265, AAC), then payloads, each behind a byte (1 marker, 2 a packet is missing before it,
/// 4 the next timestamp) and a 16-bit length. A whole unit is a byte stream with a picture in it, and no larger than what came.
/// </summary>
internal sealed class AssemblerTarget : FuzzTarget
{
    private const int SetBytesMax = 3 * (1024 + 4);

    private readonly byte[] _packet = new byte[80 * 1024];

    public override string Name => "assembler";

    public override int FixedBytes => 48 * 1024;

    /// <summary>Parameter sets as in <see cref="ParameterSetTarget"/>; what is put together lies in rented arrays, each twice the one before.</summary>
    public override int BytesPerInputByte => 32;

    public override void Parse(ReadOnlySpan<byte> input) => Run(input, static (_, _) => { });

    public override void Check(ReadOnlySpan<byte> input)
    {
        int inputBytes = input.Length;
        Run(input, (unit, isKey) =>
        {
            Property.Holds(unit.StartsWith("\0\0\0\u0001"u8), "a unit begins with a start code");

            // A start code takes two bytes more than the length of an aggregated unit, and a unit has one byte at least.
            Property.Holds(unit.Length <= (3 * inputBytes) + (isKey ? SetBytesMax : 0), "a unit is no larger than what came");
        });
    }

    private delegate void UnitCheck(ReadOnlySpan<byte> unit, bool isKey);

    private void Run(ReadOnlySpan<byte> input, UnitCheck check)
    {
        InputReader head = new(input);
        int codec = head.Byte() % 3;
        AacPayload aac = new(13, 3, 3);
        using AccessUnitAssembler units = new(codec == 1 ? MediaCodec.H265 : MediaCodec.H264);
        ushort sequenceNumber = 65_000;
        uint timestamp = uint.MaxValue - 3000;
        ReadOnlySpan<byte> rest = input.IsEmpty ? input : input[1..];
        while (rest.Length >= 3)
        {
            byte control = rest[0];
            int length = Math.Min((rest[1] << 8) | rest[2], rest.Length - 3);
            ReadOnlySpan<byte> payload = rest.Slice(3, length);
            rest = rest[(3 + length)..];
            sequenceNumber += (ushort)((control & 2) != 0 ? 2 : 1);
            timestamp += (control & 4) != 0 ? 3000u : 0;
            if (codec == 2)
            {
                ReadSound(aac, payload);
                continue;
            }

            Span<byte> packet = _packet.AsSpan(0, RtpPacketView.FixedHeaderBytes + length);
            packet[..RtpPacketView.FixedHeaderBytes].Clear();
            packet[0] = 0x80;
            packet[1] = (byte)((control & 1) << 7);
            RtpPatch.SetSequenceNumber(packet, sequenceNumber);
            RtpPatch.SetTimestamp(packet, timestamp);
            payload.CopyTo(packet[RtpPacketView.FixedHeaderBytes..]);
            if (RtpPacketView.TryParse(packet, out RtpPacketView view, out _))
            {
                Take(units, view, check);
            }
        }

        ReadOnlySpan<byte> set = units.ParameterSets.Sps.Span;
        MediaCodec video = codec == 1 ? MediaCodec.H265 : MediaCodec.H264;
        _ = CodecName.Of(video, set);
        _ = VideoFormat.TryRead(video, set, out _);
    }

    private static void Take(AccessUnitAssembler units, in RtpPacketView packet, UnitCheck check)
    {
        UnitStep step;
        do
        {
            step = units.Take(packet);
            if (step != UnitStep.Open && units.IsWhole)
            {
                check(units.Unit, units.IsKey);
            }
        }
        while (step == UnitStep.EndedBefore);
    }

    private static void ReadSound(AacPayload aac, ReadOnlySpan<byte> payload)
    {
        int offset = 0;
        int read = 0;
        while (aac.TryUnit(payload, read, ref offset, out ReadOnlySpan<byte> unit))
        {
            read++;
            Property.Holds(unit.Length > 0 && offset <= payload.Length, "units of sound lie within the packet");
        }
    }
}
