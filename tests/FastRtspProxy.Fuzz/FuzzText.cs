using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FastRtspProxy.Fuzz;

/// <summary>Inputs as text: header values are read as UTF-8, and cut at line ends where a target wants several.</summary>
internal static class FuzzText
{
    private static readonly SearchValues<char> s_separators = SearchValues.Create("\r\n\0;,\"\\");

    /// <summary>The input as UTF-8, U+FFFD for what is none. <see cref="Encoding.GetString(ReadOnlySpan{byte})"/> makes an array of 32 bytes for each such place, which would count as the parser's.</summary>
    public static string Of(ReadOnlySpan<byte> input)
    {
        char[] chars = ArrayPool<char>.Shared.Rent(input.Length);
        _ = Utf8.ToUtf16(input, chars, out _, out int count);
        string text = new(chars, 0, count);
        ArrayPool<char>.Shared.Return(chars);
        return text;
    }

    /// <summary>At most <paramref name="count"/> lines; the last holds the rest.</summary>
    public static string[] Lines(ReadOnlySpan<byte> input, int count) => Of(input).Split('\n', count);

    /// <summary>True where a value can be written into a header field and read back: no separators, no quotation, nothing that a writer drops.</summary>
    public static bool IsPlain(string? text) => text is null || (text.Length > 0 && text == text.Trim() && text.AsSpan().IndexOfAny(s_separators) < 0);
}
