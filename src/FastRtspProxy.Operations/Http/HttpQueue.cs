using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Operations.Http;

/// <summary>Connections that were accepted and that Kestrel has not taken yet.</summary>
internal sealed class HttpQueue(HttpEntrance entrance) : IConnectionListener
{
    private readonly SocketConnectionContextFactory _factory = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    /// <summary>
    /// Kestrel takes them at once; how many are open is bounded behind it (<see cref="HttpPlaces"/>). At its end two read: Kestrel, and who closes
    /// what is left.
    /// </summary>
    private readonly Channel<(Socket Socket, HttpDoorKind Kind)> _queue =
        Channel.CreateUnbounded<(Socket, HttpDoorKind)>();

    public HttpEntrance Entrance => entrance;

    /// <inheritdoc/>
    public EndPoint EndPoint => entrance;

    /// <summary>On the socket engine's thread: whoever waits for it goes on on another one.</summary>
    public void Add(Socket socket, HttpDoorKind kind)
    {
        if (!_queue.Writer.TryWrite((socket, kind)))
        {
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_queue.Reader.TryRead(out (Socket Socket, HttpDoorKind Kind) next))
            {
                try
                {
                    next.Socket.NoDelay = true;
                    ConnectionContext connection = _factory.Create(next.Socket);
                    connection.Features.Set(next.Kind);
                    connection.Features.Set<IMemoryPoolFeature>(HttpBlocks.Instance);
                    return connection;
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    next.Socket.Dispose(); // reset by the client before we looked at it
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out (Socket Socket, HttpDoorKind Kind) left))
        {
            left.Socket.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _factory.Dispose();
        return ValueTask.CompletedTask;
    }
}
