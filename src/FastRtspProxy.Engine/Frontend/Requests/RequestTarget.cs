using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a request's URL names: a mount, and perhaps a track of it. The query is ours to ignore, but players put it into track URLs in two ways:
/// <c>path?query/track1</c> (FFmpeg) and <c>path/track1?query</c> (GStreamer); both are understood. A trailing slash means nothing.
/// </summary>
internal readonly record struct RequestTarget(IMount? Mount, string? Control)
{
    /// <summary>
    /// The scheme, host and port as the client wrote them (<c>rtsp://host:8554</c>), without credentials; empty when the URL has none.
    /// </summary>
    public string Authority { get; init; } = string.Empty;

    /// <summary>Where no mount was found: what the URL names, without slashes around it.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>
    /// True where <see cref="Control"/>, if any, stands behind the last slash of a query: a track's name as FFmpeg writes it, or a part of a value
    /// (<c>?token=ab/cd</c>).
    /// </summary>
    public bool IsControlOfQuery { get; init; }

    /// <summary>What <c>?start=</c> asks for; null: nothing, or nothing that we know.</summary>
    public StartWish? Start { get; init; }

    /// <summary>A wildcard stream has as many mounts as it may have, and the one that is asked for is not among them.</summary>
    public bool IsFull { get; init; }

    /// <summary>
    /// The URL of a mount as this client spells our address; through a NAT, what it typed is right and what we are bound to is not.
    /// </summary>
    /// <param name="mount">The mount's name.</param>
    /// <param name="connection">The address that it reached us at stands in for one that the client did not type; and who came by TLS, to
    /// us or to the balancer before us, is to stay there.</param>
    public string UrlOf(string mount, ClientConnection connection)
    {
        string host = TypedHost(out bool isTypedSecure);
        bool isSecure = connection.IsSecure || (connection.IsRelayed && isTypedSecure);
        if (host.Length == 0)
        {
            int port = connection.Local.Port;
            host = AddressText.HostForPeer(connection.Local.Address);
            host = port == (isSecure ? RtspUrl.DefaultTlsPort : RtspUrl.DefaultPort) ? host : $"{host}:{port}";
        }

        return $"{(isSecure ? "rtsps" : "rtsp")}://{host}/{mount}/";
    }

    /// <summary>
    /// The control of the track that is named, and null where the whole stream is: what stands in a query and is no track's name there is a part of
    /// the query.
    /// </summary>
    public string? ControlIn(MountDescription description) => IsControlOfQuery && description.Find(Control) is null ? null : Control;

    /// <summary>What the URL names of the mounts that are there.</summary>
    /// <param name="uri">As it was written.</param>
    /// <param name="mounts">What there is.</param>
    /// <param name="makes">Also what a wildcard stream stands for, which is made; for requests that are let in only.</param>
    public static RequestTarget Resolve(string uri, IMountDirectory mounts, bool makes = false)
    {
        ReadOnlySpan<char> path = Split(uri, out string authority);
        string? controlFromQuery = null;
        StartWish? start = null;
        int question = path.IndexOf('?');
        if (question >= 0)
        {
            ReadOnlySpan<char> query = path[(question + 1)..];
            path = path[..question];
            start = StartOf(query);
            query = query.TrimEnd('/');
            int slash = query.LastIndexOf('/');
            if (slash >= 0)
            {
                controlFromQuery = RepeatedText.Of(query[(slash + 1)..]);
            }
        }

        string name = RepeatedText.Of(path.Trim('/'));
        if (Find(name, mounts) is IMount whole)
        {
            return new RequestTarget(whole, controlFromQuery) { Authority = authority, Start = start, IsControlOfQuery = true };
        }

        int last = name.LastIndexOf('/');
        string parentName = last > 0 ? RepeatedText.Of(name.AsSpan(0, last).TrimEnd('/')) : string.Empty;
        if (last > 0 && Find(parentName, mounts) is IMount parent)
        {
            return new RequestTarget(parent, RepeatedText.Of(name.AsSpan(last + 1))) { Authority = authority, Start = start };
        }

        bool isFull = false;
        if (makes && Make(name, mounts, out isFull) is IMount made)
        {
            return new RequestTarget(made, controlFromQuery) { Authority = authority, Start = start, IsControlOfQuery = true };
        }

        bool isParentFull = false;
        if (makes && last > 0 && Make(parentName, mounts, out isParentFull) is IMount madeParent)
        {
            return new RequestTarget(madeParent, RepeatedText.Of(name.AsSpan(last + 1))) { Authority = authority, Start = start };
        }

        string plain = name.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(name) : name;
        return new RequestTarget(null, null) { Authority = authority, Path = plain, IsFull = isFull || isParentFull };
    }

    /// <summary>Splits <c>rtsp://user:pass@host:port/path</c>; a URL without a scheme is all path.</summary>
    public static void SplitAuthority(string uri, out string authority, out string path) => path = Split(uri, out authority).ToString();

    private static ReadOnlySpan<char> Split(string uri, out string authority)
    {
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            authority = string.Empty;
            return uri;
        }

        int start = scheme + 3;
        int end = uri.AsSpan(start).IndexOfAny('/', '?');
        end = end < 0 ? uri.Length : start + end;
        ReadOnlySpan<char> host = uri.AsSpan(start, end - start);
        int at = host.LastIndexOf('@');
        if (at >= 0)
        {
            host = host[(at + 1)..];
        }

        authority = host.IsEmpty ? string.Empty : at >= 0 ? string.Concat(uri.AsSpan(0, start), host) : RepeatedText.Of(uri.AsSpan(0, end));
        return uri.AsSpan(end);
    }

    /// <summary>Host and port of a URL that names RTSP; empty: it names something else, or no host that could be said again.</summary>
    private string TypedHost(out bool isSecure)
    {
        isSecure = Authority.StartsWith("rtsps://", StringComparison.OrdinalIgnoreCase);
        int scheme = isSecure ? "rtsps://".Length : Authority.StartsWith("rtsp://", StringComparison.OrdinalIgnoreCase) ? "rtsp://".Length : 0;
        return scheme == 0 || Authority.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0 ? string.Empty : Authority[scheme..];
    }

    private static StartWish? StartOf(ReadOnlySpan<char> query)
    {
        const string Name = "start=";
        foreach (Range part in query.SplitAny('&', '/'))
        {
            ReadOnlySpan<char> parameter = query[part];
            if (parameter.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            {
                return StartWish.Of(parameter[Name.Length..]);
            }
        }

        return null;
    }

    private static IMount? Make(string path, IMountDirectory mounts, out bool isFull) =>
        mounts.FindOrMake(path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path, out isFull);

    private static IMount? Find(string path, IMountDirectory mounts)
    {
        if (mounts.Find(path) is IMount mount)
        {
            return mount;
        }

        return path.Contains('%', StringComparison.Ordinal) ? mounts.Find(Uri.UnescapeDataString(path)) : null;
    }
}
