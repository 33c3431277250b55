using System.Globalization;
using System.Text;

namespace FastRtspProxy.Output;

/// <summary>
/// Writes a log message again from its template and its values, where one of them may not be shown as it is. Our templates have <c>{Name}</c>s and
/// <c>{Name:format}</c>s.
/// </summary>
internal static class MessageTemplate
{
    /// <summary>The name under which a message's values hold its template.</summary>
    public const string Key = "{OriginalFormat}";

    /// <summary>The message, each value asked for by its name.</summary>
    public static string Render(string template, Func<string, object?> value)
    {
        StringBuilder text = new();
        ReadOnlySpan<char> rest = template;
        while (rest.IndexOf('{') is var open and >= 0 && rest[open..].IndexOf('}') is var length and > 0)
        {
            text.Append(rest[..open]);
            string[] hole = rest.Slice(open + 1, length - 1).ToString().Split(':', 2);
            object? one = value(hole[0]);
            string? format = hole.Length > 1 ? hole[1] : null;
            text.Append(one is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : one?.ToString() ?? "(null)");
            rest = rest[(open + length + 1)..];
        }

        return text.Append(rest).ToString();
    }
}
