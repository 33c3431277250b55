using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>An `rtsp://` or `rtsps://` URL as users type it: the password may hold raw `@ : / # ?` where that is unambiguous.</summary>
public sealed record RtspUrl
{
    public const int DefaultPort = 554;

    /// <summary>The port of rtsps, RFC 7826 section 22.14.</summary>
    public const int DefaultTlsPort = 322;

    private static readonly SearchValues<char> s_notInHost = SearchValues.Create("@#\\\"<>");

    private static readonly SearchValues<char> s_notInZone = SearchValues.Create("/:%[]@#\\\"<>\x7f");

    private RtspUrl()
    {
    }

    public required bool Tls { get; init; }

    /// <summary>A name or an address, without brackets; an IPv6 address with its zone behind a <c>%</c>, as the framework reads it.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Begins with `/` or `?`; `/` when the URL ends after its host.</summary>
    public required string PathAndQuery { get; init; }

    /// <summary>Percent-decoded; null when the URL has none.</summary>
    public string? User { get; init; }

    /// <summary>Percent-decoded; null when the URL has none.</summary>
    public string? Password { get; init; }

    /// <summary>The URL as it was written, without credentials: which stream it is. A scheme that was written twice stands here once.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// What goes on the wire: <see cref="Text"/> without the zone of an IPv6 address, which means something on this machine only (RFC 6874 section
    /// 1).
    /// </summary>
    public required string RequestUri { get; init; }

    /// <summary>The zone of an IPv6 address (`fe80::1%25eth0`), decoded: the interface that leads to it; null without one.</summary>
    public string? Zone => IndexOfZone(Host) is >= 0 and int percent ? Host[(percent + 1)..] : null;

    /// <summary>
    /// True for <c>rtsp://u:p@s/w@192.0.2.1/a</c> and <c>rtsp://u:12/34@192.0.2.1/a</c>: as they stand the host is s, or u, and the rest of a
    /// password is a path, which is asked for in the clear. Whoever takes URLs from others refuses these.
    /// </summary>
    public bool HasTwoReadings => IndexOfSecondHost(PathAndQuery) >= 0;

    /// <summary>For people and logs: passwords are `***`, in front of the host and in path and query, and where either may be one.</summary>
    public string Redacted
    {
        get
        {
            int authority = Text.IndexOf("://", StringComparison.Ordinal) + 3;
            return UrlSecrets.MaskUrl(IndexOfSecondHost(PathAndQuery) is >= 0 and int at
                ? string.Concat(Text.AsSpan(0, authority), UrlSecrets.Masked, PathAndQuery.AsSpan(at))
                : User is null ? Text : Text.Insert(authority, $"{Uri.EscapeDataString(User)}:***@"));
        }
    }

    public override string ToString() => Redacted;

    public static bool TryParse(string text, [NotNullWhen(true)] out RtspUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        ArgumentNullException.ThrowIfNull(text);
        text = WithoutRepeatedScheme(text);
        if (!TrySkipScheme(text, out bool tls, out int start))
        {
            error = "the URL must begin with rtsp:// or rtsps://";
            return false;
        }

        if (text.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0 || text.Contains('\x7f', StringComparison.Ordinal))
        {
            error = "the URL holds blanks or control characters";
            return false;
        }

        int at = CredentialsEnd(text, start);
        string afterCredentials = at < 0 ? text[start..] : text[(at + 1)..];
        if (SchemeLength(afterCredentials) > 0)
        {
            error = "the URL names its scheme once more behind the credentials"; // which host they are for must not be a matter of reading
            return false;
        }

        int hostEnd = afterCredentials.AsSpan().IndexOfAny('/', '?');
        string authority = hostEnd < 0 ? afterCredentials : afterCredentials[..hostEnd];
        if (!TrySplitAuthority(authority, tls, out string host, out int port, out error))
        {
            return false;
        }

        (string? user, string? password) = at < 0 ? (null, null) : Credentials(text[start..at]);
        if (HoldsControls(user) || HoldsControls(password))
        {
            error = "the user name or the password in the URL stands for control characters (%00 to %1F, %7F), which no camera takes";
            return false;
        }

        url = new RtspUrl
        {
            Tls = tls,
            Host = host,
            Port = port,
            PathAndQuery = hostEnd < 0 ? "/" : afterCredentials[hostEnd..],
            User = user,
            Password = password,
            Text = string.Concat(text.AsSpan(0, start), afterCredentials),
            RequestUri = string.Concat(text.AsSpan(0, start), WithoutZone(afterCredentials)),
        };
        return true;
    }

    /// <summary>
    /// The same URL with a zone, where its host is a link-local IPv6 address without one: a camera that names itself cannot know which of our
    /// interfaces leads to it.
    /// </summary>
    public RtspUrl WithZoneOf(IPAddress? neighbour)
    {
        if (neighbour is not { IsIPv6LinkLocal: true, ScopeId: > 0 } || Zone is not null
            || !IPAddress.TryParse(Host, out IPAddress? address) || !address.IsIPv6LinkLocal)
        {
            return this;
        }

        string zone = neighbour.ScopeId.ToString(CultureInfo.InvariantCulture);
        return this with { Host = Host + "%" + zone, Text = Text.Insert(Text.IndexOf(']', StringComparison.Ordinal), "%25" + zone) };
    }

    /// <summary>Where in a path the last <c>@</c> stands, if what is behind it looks like a host with a path or a port; -1: nowhere.</summary>
    internal static int IndexOfSecondHost(ReadOnlySpan<char> pathAndQuery)
    {
        int query = pathAndQuery.IndexOf('?');
        ReadOnlySpan<char> path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        int at = path.LastIndexOf('@');
        if (at < 0 || path.Contains("://", StringComparison.Ordinal))
        {
            return -1; // another URL within the path is one that a proxy is asked by
        }

        ReadOnlySpan<char> behind = path[(at + 1)..];
        int end = behind.IndexOf('/');
        ReadOnlySpan<char> host = end < 0 ? behind : behind[..end];
        bool hasPort = ushort.TryParse(host[(host.LastIndexOf(':') + 1)..], NumberStyles.None, null, out _) && host.Contains(':');
        return hasPort || host.StartsWith("[") || (end >= 0 && host.Contains('.'))
            || (host.Count('.') == 3 && IPAddress.TryParse(host, out _)) ? at : -1;
    }

    /// <summary>Where the <c>%</c> stands that begins the zone of an IPv6 address; -1 in anything else.</summary>
    private static int IndexOfZone(string host) => host.Contains(':', StringComparison.Ordinal) ? host.IndexOf('%', StringComparison.Ordinal) : -1;

    private static string WithoutZone(string afterCredentials)
    {
        int close = afterCredentials.StartsWith('[') ? afterCredentials.IndexOf(']', StringComparison.Ordinal) : -1;
        int percent = close < 0 ? -1 : afterCredentials.IndexOf('%', 0, close);
        return percent < 0 ? afterCredentials : afterCredentials.Remove(percent, close - percent);
    }

    /// <summary>Quirk (go2rtc issue 1852, and what users paste): `rtsp://rtsp://host/path`. The last scheme counts.</summary>
    private static string WithoutRepeatedScheme(string text)
    {
        int from = 0;
        while (SchemeLength(text.AsSpan(from)) is > 0 and int length && SchemeLength(text.AsSpan(from + length)) > 0)
        {
            from += length;
        }

        return text[from..];
    }

    /// <summary>The offset of the `@` that ends the credentials, -1 without any. The last `@` in front of the path wins; one behind a `/` or `?`
    /// counts only when what stands before that is not a host, so it must be part of a password.</summary>
    private static int CredentialsEnd(string text, int start)
    {
        int path = text.IndexOf('/', start);
        int end = path < 0 ? text.Length : path;
        int at = text.LastIndexOf('@', end - 1, end - start);
        int query = text.IndexOf('?', start, end - start);
        if (query >= 0 && query < at && IsAuthority(text[start..query]))
        {
            return -1;
        }

        string authority = text[(at < 0 ? start : at + 1)..end];
        int last = text.LastIndexOf('@');
        return last > at && last >= start && !IsAuthority(BeforeQuery(authority)) ? last : at;
    }

    private static string BeforeQuery(string authority)
    {
        int query = authority.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? authority : authority[..query];
    }

    /// <summary>A host, or a host and a port, is what it may be.</summary>
    internal static bool IsAuthority(string text) => TrySplitAuthority(text, false, out _, out _, out _);

    private static bool TrySkipScheme(string text, out bool tls, out int start)
    {
        start = SchemeLength(text);
        tls = start == 8;
        return start > 0;
    }

    private static int SchemeLength(ReadOnlySpan<char> text) =>
        text.StartsWith("rtsp://", StringComparison.OrdinalIgnoreCase) ? 7
        : text.StartsWith("rtsps://", StringComparison.OrdinalIgnoreCase) ? 8
        : 0;

    private static (string User, string? Password) Credentials(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (Decode(text), null) : (Decode(text[..colon]), Decode(text[(colon + 1)..]));
    }

    private static bool HoldsControls(ReadOnlySpan<char> text) =>
        text.IndexOfAnyInRange('\0', '\x1f') >= 0 || text.IndexOfAnyInRange('\x7f', '\x9f') >= 0;

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    /// <summary>
    /// The address with its zone as the framework reads it: RFC 6874 section 2 writes `%25` and the encoded zone; a bare `%` is what users type
    /// (section 3). Whether this machine has such an interface is seen when the connection is made: it may come later than the program.
    /// </summary>
    private static string WithZone(string literal)
    {
        int percent = literal.IndexOf('%', StringComparison.Ordinal);
        if (percent < 0)
        {
            return literal;
        }

        string zone = literal[(percent + 1)..];
        if (zone.Length > 2 && zone.StartsWith("25", StringComparison.Ordinal))
        {
            zone = Decode(zone[2..]);
        }

        // Nothing that could not be the name of an interface (dev_valid_name in Linux): no blank, slash or colon, at most 15 characters.
        bool isName = zone.Length is > 0 and <= 15 && zone.AsSpan().IndexOfAny(s_notInZone) < 0 && zone.AsSpan().IndexOfAnyInRange('\0', ' ') < 0;
        return isName ? literal[..(percent + 1)] + zone : string.Empty;
    }

    private static bool TrySplitAuthority(string text, bool tls, out string host, out int port, [NotNullWhen(false)] out string? error)
    {
        port = tls ? DefaultTlsPort : DefaultPort;
        string portText = string.Empty;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            host = close < 0 ? string.Empty : WithZone(text[1..close]);
            if (close < 0 || !IPAddress.TryParse(host, out _) || (close + 1 < text.Length && text[close + 1] != ':'))
            {
                error = "the IPv6 address in the URL is not valid";
                return false;
            }

            portText = close + 1 < text.Length ? text[(close + 2)..] : string.Empty;
        }
        else
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            host = colon < 0 ? text : text[..colon];
            portText = colon < 0 ? string.Empty : text[(colon + 1)..];
        }

        if (host.Length == 0 || host.AsSpan().IndexOfAny(s_notInHost) >= 0)
        {
            error = "the URL has no valid host";
            return false;
        }

        if (portText.Length > 0
            && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue))
        {
            error = "the port in the URL must be 1 to 65535";
            return false;
        }

        error = null;
        return true;
    }
}
