using System.Net.Sockets;

namespace FastRtspProxy.Net.Startup;

/// <summary>
/// From a socket that somebody else holds, too. It is left open: an attempt is taken back, and a connection that came all the same is kept for
/// whoever listens there next.
/// </summary>
internal sealed class HeldAcceptance(HeldSocket held, Action ended) : Acceptance(held.Listening)
{
    private readonly CancellationTokenSource _taken = new();
    private Task<Socket>? _attempt;
    private Action<Socket>? _handler;
    private Socket? _accepted;
    private SocketError _error;

    /// <inheritdoc/>
    public override SocketError Error => _error;

    /// <inheritdoc/>
    public override void Start(Action<Socket> accepted)
    {
        _handler = accepted;
        held.Enter(accepted);
    }

    /// <inheritdoc/>
    public override bool Begin()
    {
        _accepted = held.TakeLeft();
        if (_accepted is not null)
        {
            _error = SocketError.Success;
            return false;
        }

        _attempt = Listening.AcceptAsync(_taken.Token).AsTask();
        if (_attempt.IsCompleted)
        {
            End();
            return false;
        }

        _attempt.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnEnded);
        return true;
    }

    /// <inheritdoc/>
    public override Socket? Take()
    {
        Socket? taken = _accepted;
        _accepted = null;
        return taken;
    }

    /// <inheritdoc/>
    public override void Leave()
    {
        if (Take() is { } accepted)
        {
            held.Leave(accepted);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_handler is { } handler)
        {
            held.Exit(handler);
        }

        _taken.Cancel();
    }

    private void OnEnded()
    {
        End();
        ended();
    }

    private void End()
    {
        try
        {
            _accepted = _attempt!.GetAwaiter().GetResult();
            _error = SocketError.Success;
        }
        catch (SocketException e)
        {
            _error = e.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            _error = SocketError.OperationAborted;
        }
    }
}
