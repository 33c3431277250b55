using System.Buffers;
using System.Text;

namespace FastRtspProxy.Fuzz;

/// <summary>Inputs as text: header values are read as UTF-8, and cut at line ends where a target wants several.</summary>
internal static class FuzzText
{
    private static readonly SearchValues<char> s_separators = SearchValues.Create("\r\n\0;,\"\\");

    public static string Of(ReadOnlySpan<byte> input) => Encoding.UTF8.GetString(input);

    /// <summary>At most <paramref name="count"/> lines; the last holds the rest.</summary>
    public static string[] Lines(ReadOnlySpan<byte> input, int count) => Of(input).Split('\n', count);

    /// <summary>True where a value can be written into a header field and read back: no separators, no quotation, nothing that a writer drops.</summary>
    public static bool IsPlain(string? text) => text is null || (text.Length > 0 && text == text.Trim() && text.AsSpan().IndexOfAny(s_separators) < 0);
}
