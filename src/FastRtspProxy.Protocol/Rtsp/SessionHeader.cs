using System.Globalization;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The Session header: `id[;timeout=seconds]` (RFC 2326 section 12.37).</summary>
public static class SessionHeader
{
    /// <summary>False when there is no id. The time-out is null when it was not said, is not a number or is not positive.</summary>
    public static bool TryParse(string value, out string id, out int? timeoutSeconds)
    {
        timeoutSeconds = null;
        ReadOnlySpan<char> rest = value;
        id = HeaderText.Unquote(HeaderText.Next(ref rest, ';')).ToString();
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> field = HeaderText.Next(ref rest, ';').Trim();
            int equals = field.IndexOf('=');
            if (equals < 0 || !field[..equals].TrimEnd().Equals("timeout", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            ReadOnlySpan<char> digits = LeadingDigits(HeaderText.Unquote(field[(equals + 1)..]));
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0)
            {
                timeoutSeconds = seconds;
            }
        }

        return id.Length > 0;
    }

    // Quirk: `timeout=60s` and `timeout=60.0` are seen.
    private static ReadOnlySpan<char> LeadingDigits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text : text[..end];
    }
}
