using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Where an HTTP tunnel goes.</summary>
internal sealed record HttpTunnelTarget(ConnectTarget Server, string Path, bool Tls, bool InsecureTls, TimeSpan Limit)
{
    public string Host => Server.Host;

    /// <summary>One of the tunnel's connections.</summary>
    /// <exception cref="ByteStreamException">No connection.</exception>
    public async Task<ByteStream> ConnectAsync(Shard shard) => Tls
        ? await TlsByteStream.ConnectAsync(shard, Server, Limit, InsecureTls)
        : await TcpByteStream.ConnectAsync(shard, Server, Limit);
}
