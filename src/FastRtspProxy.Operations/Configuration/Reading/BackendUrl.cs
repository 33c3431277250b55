using System.Buffers;
using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>URLs as words of the command line: checked, and shown without their passwords.</summary>
internal static class BackendUrl
{
    /// <summary>RFC 3986 section 3.1.</summary>
    private static readonly SearchValues<char> s_scheme = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    /// <summary>What is wrong with it and what would be right, as the rest of a sentence; null: nothing.</summary>
    public static string? FindFault(string url)
    {
        // The scheme in small letters only, as LIVE555 has it.
        if (!url.StartsWith("rtsp://", StringComparison.Ordinal) && !url.StartsWith("rtsps://", StringComparison.Ordinal))
        {
            return "is not the URL of a camera: it must begin with rtsp:// or rtsps://";
        }

        if (!RtspUrl.TryParse(url, out RtspUrl? parsed, out string? error))
        {
            return $"cannot be used: {error}";
        }

        return parsed.HasTwoReadings
            ? "can be read in two ways, because a / stands in front of an @ and a host: write %2F for a / of a password, or %40 for an @ "
                + "of a path"
            : null;
    }

    /// <summary>
    /// The URL with <c>***</c> for the password. It works on any text, also on what is refused: everything between the scheme and the last
    /// '@' counts as credentials, because a password may hold '/', '?' and '@' itself.
    /// </summary>
    public static string Redact(string text)
    {
        int at = text.LastIndexOf('@');
        if (at < 0 && IndexOfNoPort(text) is >= 0 and int noPort)
        {
            return Printable.Url(string.Concat(text.AsSpan(0, noPort), UrlSecrets.Masked));
        }

        if (at < 0 || (RtspUrl.TryParse(text, out RtspUrl? url, out _) && url.User is null && !url.HasTwoReadings))
        {
            return Printable.Url(text);
        }

        int scheme = IndexOfScheme(text);
        int userAt = scheme >= 0 && scheme < at ? scheme + 3 : 0;
        int colon = text.IndexOf(':', userAt, at - userAt);
        if (colon < 0)
        {
            return Printable.Url(text);
        }

        // A secret in front of the '@': which of the two it belongs to, the password before the host or one in the query, is not known, so nothing
        // behind is shown.
        string hidden = text[(colon + 1)..at];
        string rest = UrlSecrets.MaskUrl(hidden) == hidden ? UrlSecrets.MaskUrl(text[at..]) : string.Empty;
        return Printable.Url(string.Concat(text.AsSpan(0, colon + 1), "***", rest));
    }

    /// <summary>
    /// Where something stands behind the colon of a host that is no port: the user and the beginning of the password of a URL whose host is missing,
    /// or was cut off. -1: nowhere.
    /// </summary>
    private static int IndexOfNoPort(string text)
    {
        int scheme = IndexOfScheme(text);
        if (scheme < 0)
        {
            return -1;
        }

        int start = scheme + "://".Length;
        int end = text.AsSpan(start).IndexOfAny("/?#");
        ReadOnlySpan<char> authority = end < 0 ? text.AsSpan(start) : text.AsSpan(start, end);
        int host = Math.Max(0, authority.LastIndexOf(']')); // an IPv6 address has colons of its own
        int port = host + authority[host..].IndexOf(':') + 1;
        bool isPort = port == host || port == authority.Length || ushort.TryParse(authority[port..], NumberStyles.None, null, out _);
        return isPort ? -1 : start + port;
    }

    /// <summary>Where the colon behind the text's own scheme stands; -1: it has none. One behind other letters is that of a URL within it.</summary>
    internal static int IndexOfScheme(string text)
    {
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        return colon > 0 && !text.AsSpan(0, colon).ContainsAnyExcept(s_scheme) ? colon : -1;
    }
}
