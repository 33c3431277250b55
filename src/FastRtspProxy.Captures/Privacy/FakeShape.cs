namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// A text of the same shape: as long, digits for digits, letters for letters, hexadecimal for hexadecimal. A camera's manner with its ids, which a
/// reader may stumble over, stays; the id does not. Made of its number alone, so nothing of the original is in it. Pure.
/// </summary>
internal static class FakeShape
{
    private const int HexCharsMin = 6;

    /// <param name="original">Its shape is taken.</param>
    /// <param name="number">Texts of one shape and several numbers differ, as far as the shape has room.</param>
    public static string Of(string original, ulong number)
    {
        bool isHex = original.Length >= HexCharsMin && All(original, static c => char.IsAsciiHexDigitLower(c));
        bool isUpperHex = original.Length >= HexCharsMin && All(original, static c => char.IsAsciiHexDigitUpper(c));
        return string.Create(original.Length, (original, number, isHex, isUpperHex), static (text, from) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                char c = from.original[i];
                ulong random = Mix((from.number << 20) + (ulong)i);
                text[i] = c switch
                {
                    _ when from.isHex => Pick("0123456789abcdef", random),
                    _ when from.isUpperHex => Pick("0123456789ABCDEF", random),
                    >= '0' and <= '9' => i == 0 ? Pick("123456789", random) : Pick("0123456789", random),
                    >= 'A' and <= 'Z' => Pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ", random),
                    _ when char.IsAsciiLetterLower(c) || c > '~' => Pick("abcdefghijklmnopqrstuvwxyz", random),
                    _ => c,
                };
            }
        });
    }

    private static char Pick(string of, ulong random) => of[(int)(random % (ulong)of.Length)];

    private static bool All(string text, Func<char, bool> holds)
    {
        foreach (char c in text)
        {
            if (!holds(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood, 2014).</summary>
    private static ulong Mix(ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15;
        state = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        state = (state ^ (state >> 27)) * 0x94D0_49BB_1331_11EB;
        return state ^ (state >> 31);
    }
}
