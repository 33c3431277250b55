using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Kestrel's connections: accepted by the doors, taken by Kestrel out of two queues that last as long as it does. So addresses come and go without
/// its knowing, and it ends no connection with one.
/// </summary>
internal sealed class HttpEntrances : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly HttpQueue _plain = new(new HttpEntrance(isSecure: false));
    private readonly HttpQueue _secure = new(new HttpEntrance(isSecure: true));

    /// <summary>The two, for Kestrel to listen to.</summary>
    public IEnumerable<HttpEntrance> All => [_plain.Entrance, _secure.Entrance];

    /// <summary>A connection was accepted. On the socket engine's thread.</summary>
    public void Enter(Socket socket, HttpDoorKind kind) => (kind.IsSecure ? _secure : _plain).Add(socket, kind);

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is HttpEntrance;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(((HttpEntrance)endpoint).IsSecure ? _secure : _plain);
}
