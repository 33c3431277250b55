using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>MIKEY in RTSP and SDP (RFC 4567): the <c>KeyMgmt</c> header and <c>a=key-mgmt</c>.</summary>
public static class KeyManagement
{
    /// <summary>The header.</summary>
    public const string HeaderName = "KeyMgmt";

    /// <summary>Key Management Failure (RFC 4567 section 4.2).</summary>
    public const int FailureStatus = 463;

    private const string Protocol = "mikey";

    /// <summary>Base64 of the longest message.</summary>
    private const int TextCharsMax = (MikeyMessage.BytesMax + 2) / 3 * 4;

    /// <summary>Reads what stands behind <c>a=key-mgmt:</c>: <c>mikey BASE64</c>.</summary>
    public static bool TryParseAttribute(ReadOnlySpan<char> value, out SrtpPolicy? policy, out SrtpDefect defect) =>
        TryParseAttribute(value, out policy, out defect, out _);

    /// <inheritdoc cref="TryParseAttribute(ReadOnlySpan{char}, out SrtpPolicy?, out SrtpDefect)"/>
    /// <param name="value">What stands there.</param>
    /// <param name="policy">What it says; null with a defect.</param>
    /// <param name="defect">Why it cannot be used.</param>
    /// <param name="suite">The suite that it names, which it may do with keys that are of no use; null: none that is known here.</param>
    public static bool TryParseAttribute(ReadOnlySpan<char> value, out SrtpPolicy? policy, out SrtpDefect defect, out SrtpSuite? suite)
    {
        value = value.Trim();
        int blank = value.IndexOfAny(' ', '\t');
        policy = null;
        defect = SrtpDefect.Malformed;
        suite = null;
        return blank > 0 && value[..blank].Equals(Protocol, StringComparison.OrdinalIgnoreCase)
            && TryParseText(value[(blank + 1)..].Trim(), out policy, out defect, out suite);
    }

    /// <summary>Reads the header's value: <c>prot=mikey; uri="…"; data="BASE64"</c>; of several the first that can be used.</summary>
    public static bool TryParseHeader(ReadOnlySpan<char> value, out SrtpPolicy? policy, out SrtpDefect defect)
    {
        policy = null;
        defect = SrtpDefect.Malformed;
        while (!value.IsEmpty)
        {
            ReadOnlySpan<char> one = HeaderText.Next(ref value, ',');
            bool isMikey = false;
            scoped ReadOnlySpan<char> data = [];
            while (!one.IsEmpty)
            {
                ReadOnlySpan<char> field = HeaderText.Next(ref one, ';').Trim();
                int equals = Math.Max(0, field.IndexOf('='));
                ReadOnlySpan<char> text = HeaderText.Unquote(field[Math.Min(field.Length, equals + 1)..]);
                isMikey |= Is(field[..equals], "prot") && Is(text, Protocol);
                data = Is(field[..equals], "data") ? text : data;
            }

            if (isMikey && TryParseText(data, out policy, out defect, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value of <c>a=key-mgmt</c>.</summary>
    public static string Attribute(ReadOnlySpan<byte> message) => $"{Protocol} {Convert.ToBase64String(message)}";

    /// <summary>The header's value.</summary>
    /// <param name="url">What it is for: the URL of the request.</param>
    /// <param name="message">A MIKEY message.</param>
    public static string Header(string url, ReadOnlySpan<byte> message) =>
        $"prot={Protocol}; uri=\"{url}\"; data=\"{Convert.ToBase64String(message)}\"";

    private static bool TryParseText(ReadOnlySpan<char> text, out SrtpPolicy? policy, out SrtpDefect defect, out SrtpSuite? suite)
    {
        policy = null;
        defect = SrtpDefect.Malformed;
        suite = null;
        if (text.Length > TextCharsMax)
        {
            return false;
        }

        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64Chars(text, bytes, out int count)
            && MikeyMessage.TryParse(bytes.AsSpan(0, count), out policy, out defect, out suite);
    }

    private static bool Is(ReadOnlySpan<char> name, string known) => name.Trim().Equals(known, StringComparison.OrdinalIgnoreCase);
}
