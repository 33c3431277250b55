using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>From a socket that is nobody else's, and closed with it.</summary>
internal sealed class OwnAcceptance : Acceptance
{
    private readonly SocketAsyncEventArgs _accept = new(true);

    /// <summary>The socket is ours from now on.</summary>
    public OwnAcceptance(Socket listening, Action ended)
        : base(listening)
    {
        _accept.Completed += (_, _) => ended();
    }

    /// <inheritdoc/>
    public override SocketError Error => _accept.SocketError;

    /// <inheritdoc/>
    public override bool Begin()
    {
        _accept.AcceptSocket = null;
        return Listening.AcceptAsync(_accept);
    }

    /// <inheritdoc/>
    public override Socket? Take()
    {
        Socket? taken = _accept.SocketError == SocketError.Success ? _accept.AcceptSocket : null;
        _accept.AcceptSocket = null;
        return taken;
    }

    /// <inheritdoc/>
    public override void Leave() => Take()?.Dispose();

    /// <inheritdoc/>
    public override void Dispose() => Listening.Dispose();
}
