using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>What of a camera's URL may be shown, and what of it is a password. Pure.</summary>
internal static class SourceUrl
{
    /// <summary>The URL without its user part, and what stood there. A text that is no URL comes back as it is: it is refused elsewhere.</summary>
    public static (string Url, string? User, string? Password) Split(string url) =>
        RtspUrl.TryParse(url, out RtspUrl? parsed, out _) && parsed.User is not null
            ? (parsed.Text, parsed.User, parsed.Password)
            : (url, null, null);

    /// <summary>
    /// Without its user part, and with nothing where path or query hold a secret (<c>password=</c>): what can be sent back, and means the same
    /// stream.
    /// </summary>
    public static string Shown(string url)
    {
        string plain = RtspUrl.TryParse(url, out RtspUrl? parsed, out _) ? parsed.Text : WithoutUserPart(url);
        return UrlSecrets.MaskUrl(plain).Replace(UrlSecrets.Masked, "", StringComparison.Ordinal);
    }

    /// <summary>True where path or query hold a secret.</summary>
    public static bool HoldsSecret(string url) => UrlSecrets.MaskUrl(url) != url;

    private static string WithoutUserPart(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int at = url.LastIndexOf('@');
        return scheme >= 0 && at > scheme ? string.Concat(url.AsSpan(0, scheme + 3), url.AsSpan(at + 1)) : url;
    }
}
