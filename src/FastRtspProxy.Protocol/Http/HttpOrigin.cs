using System.Buffers;
using System.Globalization;
using System.Net;

namespace FastRtspProxy.Protocol.Http;

/// <summary>
/// Whether a request is meant for us, and by a page of ours. A browser on the same machine or network is no friend by itself: any page that it shows
/// can send requests to us (CSRF), and can have its own name point to our address (DNS rebinding). Pure.
/// </summary>
internal static class HttpOrigin
{
    /// <summary>None of them is in an authority without a user part.</summary>
    private static readonly SearchValues<char> s_foreign = SearchValues.Create("/@?#\\ ");

    /// <summary>
    /// True where the Host header names an address, localhost or a name that the configuration has. A page whose name was turned to our address
    /// names its own.
    /// </summary>
    public static bool IsOurHost(string? host, IReadOnlyList<string> names)
    {
        if (!TrySplitAuthority(host, out string name, out _))
        {
            return false;
        }

        string literal = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
        return IPAddress.TryParse(literal, out IPAddress? address) && IsWritten(address, literal)
            ? true
            : name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || Has(names, name);
    }

    /// <summary>True where the Host header names this machine as only this machine can: localhost, or an address of loopback.</summary>
    public static bool IsLoopback(string? host) => TrySplitAuthority(host, out string name, out _)
        && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address)));

    /// <summary>
    /// True where the request was not made by a page, or by one of our own, or by one that the configuration allows. What cannot be told is no.
    /// </summary>
    /// <param name="origin">The Origin header; null: there is none.</param>
    /// <param name="fetchSite">The Sec-Fetch-Site header; null: there is none.</param>
    /// <param name="host">The Host header.</param>
    /// <param name="allowed">Origins of other servers' pages.</param>
    public static bool IsFriendly(string? origin, string? fetchSite, string? host, IReadOnlyList<string> allowed)
    {
        if (origin is null)
        {
            return fetchSite is null or "same-origin" or "none";
        }

        return IsAllowed(origin, allowed) || IsSame(origin, host);
    }

    /// <summary>
    /// True for a page that this machine serves, on whatever port, to a browser that calls it by an address, localhost or a name of ours: so a page
    /// whose name was turned to our address is none.
    /// </summary>
    /// <param name="origin">The Origin header.</param>
    /// <param name="host">The Host header; null: there is none.</param>
    /// <param name="names">Names of this machine.</param>
    public static bool IsOfThisHost(string origin, string? host, IReadOnlyList<string> names)
    {
        int scheme = origin.IndexOf("://", StringComparison.Ordinal);
        return scheme >= 0 && origin[..scheme] is ("http" or "https") && TrySplitAuthority(origin[(scheme + 3)..], out string name, out _)
            && TrySplitAuthority(host, out string ourName, out _) && name.Equals(ourName, StringComparison.OrdinalIgnoreCase)
            && IsOurHost(host, names);
    }

    /// <summary>True for an origin that the configuration has.</summary>
    public static bool IsAllowed(string origin, IReadOnlyList<string> allowed) => Has(allowed, origin);

    /// <summary>
    /// The scheme counts for the usual port alone: behind a proxy that ends TLS we do not know how the browser came to it.
    /// </summary>
    private static bool IsSame(string origin, string? host)
    {
        int scheme = origin.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || origin[..scheme] is not ("http" or "https") || !TrySplitAuthority(origin[(scheme + 3)..], out string name, out int port)
            || !TrySplitAuthority(host, out string ourName, out int ourPort))
        {
            return false;
        }

        int usual = origin[..scheme] == "https" ? 443 : 80;
        return name.Equals(ourName, StringComparison.OrdinalIgnoreCase) && (port < 0 ? usual : port) == (ourPort < 0 ? usual : ourPort);
    }

    private static bool Has(IReadOnlyList<string> texts, string text)
    {
        foreach (string one in texts)
        {
            if (one.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An authority without a user part; the port is -1 where it has none.</summary>
    private static bool TrySplitAuthority(string? authority, out string name, out int port)
    {
        name = "";
        port = -1;
        if (string.IsNullOrEmpty(authority) || authority.AsSpan().IndexOfAny(s_foreign) >= 0)
        {
            return false;
        }

        int colon = authority.LastIndexOf(':');
        bool hasPort = colon > authority.LastIndexOf(']');
        name = hasPort ? authority[..colon] : authority;
        bool isName = name.StartsWith('[') ? name.EndsWith(']') : name.Length > 0 && name.AsSpan().IndexOfAny(":]") < 0;
        return isName && (!hasPort || (TryPort(authority.AsSpan(colon + 1), out port) && port is > 0 and <= 65535));
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    /// <summary>The framework reads <c>1</c> and <c>0x7f.1</c> as addresses, too, which browsers write out before they send them.</summary>
    private static bool IsWritten(IPAddress address, string text) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 || address.ToString() == text;
}
