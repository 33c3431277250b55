using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// A transport stream in RTP: the input is cut into payloads of seven packets, and each packet is scanned alone by a second scanner. Both see the same tables, and what one
/// packet says about video its payload says too. Beyond the scanner nothing is allocated.
/// </summary>
internal sealed class TransportStreamTarget : FuzzTarget
{
    private const int PayloadBytes = 7 * TransportStreamScanner.PacketBytes;

    public override string Name => "transport-stream";

    /// <summary>A scanner has room for nine sections of 1,024 bytes.</summary>
    public override int FixedBytes => 16 * 1024;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        TransportStreamScanner scanner = new();
        while (!input.IsEmpty)
        {
            scanner.Scan(Take(ref input, PayloadBytes));
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        TransportStreamScanner whole = new();
        TransportStreamScanner single = new();
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> payload = Take(ref input, PayloadBytes);
            AccessUnitHint hint = whole.Scan(payload);
            AccessUnitHint sum = AccessUnitHint.StartsFrame | AccessUnitHint.StandsAlone;
            bool isAligned = true;
            while (isAligned && payload.Length >= TransportStreamScanner.PacketBytes)
            {
                isAligned = payload[0] == 0x47;
                AccessUnitHint one = single.Scan(Take(ref payload, TransportStreamScanner.PacketBytes));
                bool isVideo = (one & AccessUnitHint.ParameterSets) == 0 && (one & AccessUnitHint.RandomAccess) != 0;
                Property.Holds(!isVideo || (hint & AccessUnitHint.RandomAccess) != 0, "what a packet says of its video its payload says too");
                sum |= one & ~AccessUnitHint.RandomAccess;
            }

            Property.Equal(sum, hint & ~AccessUnitHint.RandomAccess);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> input, int bytes)
    {
        ReadOnlySpan<byte> taken = input[..int.Min(bytes, input.Length)];
        input = input[taken.Length..];
        return taken;
    }
}
