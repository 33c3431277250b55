using System.Net;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Where an HTTP tunnel goes.</summary>
internal sealed record HttpTunnelTarget(string Host, int Port, string Path, bool Tls, bool InsecureTls, TimeSpan Limit, Func<IPAddress, bool>? Refuses)
{
    /// <summary>One of the tunnel's connections.</summary>
    /// <exception cref="ByteStreamException">No connection.</exception>
    public async Task<ByteStream> ConnectAsync(Shard shard) => Tls
        ? await TlsByteStream.ConnectAsync(shard, Host, Port, Limit, InsecureTls, Refuses)
        : await TcpByteStream.ConnectAsync(shard, Host, Port, Limit, Refuses);
}
