using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A log-in that failed, as the log says it: in texts that programs can read whatever the client wrote.</summary>
/// <param name="Client">The address, always in numbers.</param>
/// <param name="User">The name in the answer; not proven to be anybody's.</param>
/// <param name="Stream">What was asked for.</param>
internal readonly record struct FailedLogIn(string Client, string User, string Stream)
{
    /// <summary>What is said behind the stream, of our own words; empty: nothing.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>Names are cut there: two of them and an address stay well within a line of any log.</summary>
    public const int MaxChars = 64;

    public static FailedLogIn Of(IPAddress client, string user, string method, string url, IMountDirectory mounts)
    {
        // A zone (fe80::1%3) is this machine's name for a link, and no part of an address that a firewall knows.
        IPAddress address = client.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(client.GetAddressBytes()) : client;
        return new FailedLogIn(address.ToString(), Printable.Quoted(user, MaxChars), Printable.Quoted(StreamOf(method, url, mounts), MaxChars));
    }

    /// <summary>The stream's name, else the path as it came, without what a camera's path may hold of passwords.</summary>
    private static string StreamOf(string method, string url, IMountDirectory mounts)
    {
        if (method is RtspMethod.Register or RtspMethod.Deregister)
        {
            return method;
        }

        if (RequestTarget.Resolve(url, mounts).Mount is { } mount)
        {
            return mount.Name;
        }

        // As a URL with credentials in front of its host, which may hold a slash themselves: what is left then is the path.
        string path;
        if (RtspUrl.TryParse(url, out RtspUrl? parsed, out _))
        {
            path = parsed.PathAndQuery;
        }
        else
        {
            RequestTarget.SplitAuthority(url, out _, out path);
            path = path[(path.LastIndexOf('@') + 1)..];
        }

        int question = path.IndexOf('?', StringComparison.Ordinal);
        return UrlSecrets.MaskUrl(question >= 0 ? path[..question] : path).TrimStart('/');
    }
}
