using System.Buffers;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Base and track URLs (RFC 2326 appendix C.1.1), with what cameras make of them. All requests go to the server that we are connected
/// to, so the scheme, host and port that a camera writes into its own URLs are never believed: behind NAT, in containers and after a change of
/// address they are wrong.</summary>
public static class ControlUrl
{
    /// <summary>RFC 3986 section 3.1.</summary>
    private static readonly SearchValues<char> s_scheme =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>
    /// The URLs that may be meant by a track's `a=control`, the likeliest first; further ones are tried after a 404. An absolute control of the
    /// session is the base of relative track controls, with a `/` between them, as ffmpeg, GStreamer, gortsplib and aiortsp read it. By the letter
    /// (RFC 2326 appendix C.1.1) only Content-Base, Content-Location and the request's URL are bases, and a control takes the place of what stands
    /// behind their last slash.
    /// </summary>
    public static IReadOnlyList<string> Candidates(string baseUrl, string? sessionControl, string? control)
    {
        string session = Resolve(baseUrl, sessionControl);
        bool isAbsolute = sessionControl is not null && SchemeEnd(sessionControl.Trim()) >= 0;
        List<string> urls = [];
        Add(urls, Resolve(isAbsolute ? session : baseUrl, control));
        Add(urls, Resolve(isAbsolute ? baseUrl : session, control));
        Add(urls, Replace(baseUrl, control));
        Add(urls, Replace(session, control));
        return urls;
    }

    /// <summary>The URL for `a=control:` <paramref name="control"/>; `*`, empty and null mean the base itself.</summary>
    public static string Resolve(string baseUrl, string? control)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        control = control?.Trim();
        if (string.IsNullOrEmpty(control) || control == "*")
        {
            return baseUrl;
        }

        if (SchemeEnd(control) >= 0)
        {
            return OnAuthorityOf(baseUrl, PathOf(control));
        }

        if (control[0] == '?')
        {
            return baseUrl + control;
        }

        if (control[0] == '/' && IsWholePath(PathOf(baseUrl).TrimEnd('/'), control))
        {
            return OnAuthorityOf(baseUrl, control); // The whole path once more: it stands for itself.
        }

        // With a query in the base the track goes behind it (`path?query/trackID=0`): what LIVE555 and FFmpeg send, so what cameras expect.
        return baseUrl.TrimEnd('/') + "/" + control.TrimStart('/');
    }

    /// <summary>The base of a description: Content-Base, else Content-Location, else the request's own URL.</summary>
    public static string Base(string requestUrl, string? contentBase, string? contentLocation = null)
    {
        ArgumentNullException.ThrowIfNull(requestUrl);
        string? said = string.IsNullOrWhiteSpace(contentBase) ? contentLocation : contentBase;
        said = said?.Trim().Trim('"');
        if (string.IsNullOrEmpty(said) || said == "*")
        {
            return requestUrl;
        }

        if (SchemeEnd(said) >= 0)
        {
            return OnAuthorityOf(requestUrl, PathOf(said));
        }

        if (said.StartsWith("//", StringComparison.Ordinal))
        {
            return OnAuthorityOf(requestUrl, PathOf("rtsp:" + said));
        }

        if (said[0] == '/')
        {
            return OnAuthorityOf(requestUrl, said);
        }

        // Quirk (Anjvision and others): no scheme, `192.168.1.10:554/path/`, or a relative `path/`.
        int slash = said.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? said : said[..slash];
        bool isHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal);
        return OnAuthorityOf(requestUrl, isHost ? said[first.Length..] : "/" + said);
    }

    private static void Add(List<string> urls, string url)
    {
        if (!urls.Contains(url))
        {
            urls.Add(url);
        }
    }

    /// <summary>The path itself, or something below it.</summary>
    private static bool IsWholePath(string path, string control) =>
        path.Length > 0 && control.StartsWith(path, StringComparison.Ordinal) && (control.Length == path.Length || control[path.Length] == '/');

    /// <summary>
    /// A relative control in the place of what stands behind the last slash of the base's path, one that begins with a slash in the place of the
    /// whole path (RFC 1808 section 4); others as <see cref="Resolve"/> has them.
    /// </summary>
    private static string Replace(string baseUrl, string? control)
    {
        control = control?.Trim();
        int start = SchemeEnd(baseUrl);
        if (start < 0 || string.IsNullOrEmpty(control) || control == "*" || control[0] == '?' || SchemeEnd(control) >= 0)
        {
            return Resolve(baseUrl, control);
        }

        if (control[0] == '/')
        {
            return OnAuthorityOf(baseUrl, control);
        }

        int query = baseUrl.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? baseUrl : baseUrl[..query];
        int slash = path.LastIndexOf('/');
        return slash < start ? Resolve(baseUrl, control) : string.Concat(path.AsSpan(0, slash + 1), control);
    }

    private static string OnAuthorityOf(string url, string pathAndQuery)
    {
        int start = SchemeEnd(url);
        if (start < 0)
        {
            return pathAndQuery;
        }

        return string.Concat(url.AsSpan(0, AuthorityEnd(url, start)), pathAndQuery);
    }

    /// <summary>Path and query, with the leading slash; empty when there is none.</summary>
    private static string PathOf(string url)
    {
        int start = SchemeEnd(url);
        return start < 0 ? url : url[AuthorityEnd(url, start)..];
    }

    private static int AuthorityEnd(string url, int start)
    {
        int end = url.AsSpan(start).IndexOfAny('/', '?');
        return end < 0 ? url.Length : start + end;
    }

    /// <summary>
    /// Where the authority begins, -1 without a scheme. Any name is one: RFC 2326 has rtspu (section 3.2), and servers were seen to write http. Quirk
    /// (go2rtc issue 1852): the scheme is written twice, `rtsp://rtsp://host/path`.
    /// </summary>
    private static int SchemeEnd(string url)
    {
        int colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0 || url.AsSpan(0, colon).ContainsAnyExcept(s_scheme))
        {
            return -1;
        }

        int end = colon + "://".Length;
        while (SchemeLength(url.AsSpan(end)) is > 0 and int length)
        {
            end += length;
        }

        return end;
    }

    private static int SchemeLength(ReadOnlySpan<char> text) =>
        text.StartsWith("rtsp://", StringComparison.OrdinalIgnoreCase) ? 7
        : text.StartsWith("rtsps://", StringComparison.OrdinalIgnoreCase) ? 8
        : 0;
}
