using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine;

/// <summary>
/// Where this proxy listens. A camera there would be ourselves, and ask us for a stream whose camera is ourselves. Looks no name up. Any thread.
/// </summary>
/// <param name="Address">Null: every address.</param>
/// <param name="Ports">None before we listen.</param>
public sealed record OwnPlace(IPAddress? Address, IReadOnlyCollection<int> Ports)
{
    /// <summary>True for addresses of this machine.</summary>
    internal Func<IPAddress, bool> IsOwn { get; init; } = OwnAddresses.Contains;

    /// <summary>The ports where we speak TLS; on the others a camera that is asked by TLS is not ourselves.</summary>
    public IReadOnlyCollection<int> TlsPorts { get; init; } = [];

    /// <summary>True where the camera of a stream is at one of ours.</summary>
    internal bool Has(StreamOptions stream) =>
        TryFindCamera(stream, out string host, out int port, out bool isTls) && (isTls ? TlsPorts : Ports).Contains(port) && HasHost(host);

    /// <summary>Where we connect to for a stream; false for a URL that is none.</summary>
    internal static bool TryFindCamera(StreamOptions stream, out string host, out int port, out bool isTls)
    {
        bool isUrl = RtspUrl.TryParse(WildcardName.Fill(stream.Url, "1"), out RtspUrl? url, out _);
        host = isUrl ? url!.Host : "";
        isTls = isUrl && url!.Tls;
        port = !isUrl ? 0 : stream.Transport == BackendTransport.HttpTunnel && stream.TunnelPort > 0 ? stream.TunnelPort : url!.Port;
        return isUrl;
    }

    private bool HasHost(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IsEverywhere || IPAddress.Loopback.Equals(Address) || IPAddress.IPv6Loopback.Equals(Address);
        }

        if (!IPAddress.TryParse(host, out IPAddress? asked))
        {
            return IsEverywhere && host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
        }

        // A connection to no address in particular is one to the loopback address, in Linux.
        asked = asked.IsIPv4MappedToIPv6 ? asked.MapToIPv4() : asked;
        asked = asked.Equals(IPAddress.Any) ? IPAddress.Loopback : asked.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : asked;
        return IsEverywhere ? HasFamily(asked.AddressFamily) && (IPAddress.IsLoopback(asked) || IsOwn(asked)) : asked.Equals(Address);
    }

    private bool IsEverywhere => Address is null || Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    /// <summary>A listener on every address is one of its own family alone.</summary>
    private bool HasFamily(AddressFamily family) => Address is null || Address.AddressFamily == family;
}
