using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// The base64 of a tunnel's POST: the same in any pieces, each decoded into just the room that it is said to need, and what was encoded comes out again, whatever
/// blanks stand between.
/// </summary>
internal sealed class TunnelPostTarget : FuzzTarget
{
    private const int LineChars = 61;

    private byte[] _room = new byte[64 * 1024];

    public override string Name => "tunnel-post";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        int roomBytes = TunnelDecoder.MaxBytesOf(input.Length);
        if (_room.Length < roomBytes)
        {
            _room = new byte[roomBytes]; // Once: the second measurement has it.
        }

        TunnelDecoder decoder = default;
        decoder.TryDecode(input, _room.AsSpan(0, roomBytes), out _);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        TunnelDecoder whole = default;
        List<byte> wholeBytes = [];
        bool isValid = Decode(ref whole, input, wholeBytes);
        Property.Holds(wholeBytes.Count <= input.Length / 4 * 3, "four characters make three bytes at most");
        TunnelDecoder pieces = default;
        List<byte> pieceBytes = [];
        bool areValid = true;
        Cuts.Feed(input, piece => areValid = areValid && Decode(ref pieces, piece, pieceBytes));
        Property.Equal(isValid, areValid);
        Property.SameBytes(wholeBytes.ToArray(), pieceBytes.ToArray(), "what came in pieces");
        CheckEncoding(input);
    }

    private static void CheckEncoding(ReadOnlySpan<byte> input)
    {
        string text = Convert.ToBase64String(input);
        TunnelDecoder decoder = default;
        List<byte> bytes = [];
        for (int i = 0; i < text.Length; i += LineChars)
        {
            byte[] line = System.Text.Encoding.ASCII.GetBytes(text[i..Math.Min(i + LineChars, text.Length)] + "\r\n");
            Property.Holds(Decode(ref decoder, line, bytes), "base64 is decoded");
        }

        Property.SameBytes(input, bytes.ToArray(), "what was encoded");
    }

    private static bool Decode(ref TunnelDecoder decoder, ReadOnlySpan<byte> text, List<byte> bytes)
    {
        byte[] room = new byte[TunnelDecoder.MaxBytesOf(text.Length)];
        bool isValid = decoder.TryDecode(text, room, out int written);
        bytes.AddRange(room.AsSpan(0, written));
        return isValid;
    }
}
