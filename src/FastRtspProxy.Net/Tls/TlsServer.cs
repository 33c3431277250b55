using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The handshakes of one server: begins them, ends those that are late, and those that are under way when the server stops. Any thread.
/// </summary>
/// <param name="optionsFor">The certificate, and what else there is to say, by the name that the client asked for; null: it named none.</param>
/// <param name="limit">How long a client may have us wait for it in all.</param>
/// <param name="time">The clock of <paramref name="limit"/>.</param>
/// <param name="threads">Where they are computed; null: on those of the process.</param>
internal sealed class TlsServer(
    Func<string?, SslServerAuthenticationOptions> optionsFor, TimeSpan limit, TimeProvider time, HandshakeThreads? threads = null)
{
    private readonly ConcurrentDictionary<TlsHandshake, bool> _underWay = new();

    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Set once, before those under way are ended and counted; pairs with the look in <see cref="Begin"/>, after one has entered, and with that in
    /// <see cref="Forget"/>, after one has left.
    /// </summary>
    private volatile bool _isStopped;

    /// <inheritdoc cref="HandshakeThreads"/>
    public HandshakeThreads Threads { get; } = threads ?? HandshakeThreads.Shared;

    /// <summary>A client's whole time.</summary>
    public long LimitTicks { get; } = (long)(limit.TotalSeconds * time.TimestampFrequency);

    /// <summary>Now, on the clock of <see cref="LimitTicks"/>.</summary>
    public long NowTicks => time.GetTimestamp();

    /// <summary>What a client is shown, by the name that it asked for; null: it named none.</summary>
    public SslServerAuthenticationOptions OptionsFor(string? name) => optionsFor(name);

    /// <summary>Begins with a connected socket.</summary>
    /// <param name="socket">Belongs to the handshake until that is over; closed unless it was successful.</param>
    /// <param name="client">Whose turns its steps take.</param>
    /// <param name="done">How it ended, said once, on any thread. With a layer the socket is the callee's.</param>
    /// <returns>The handshake, which can be ended.</returns>
    public TlsHandshake Begin(Socket socket, AddressGroup client, Action<TlsLayer?, TlsRefusal, string> done)
    {
        TlsHandshake handshake = new(this, socket, client, (ended, layer, refusal, why) =>
        {
            done(layer, refusal, why);
            Forget(ended);
        });
        _underWay[handshake] = true;
        try
        {
            handshake.Begin();
        }
        catch
        {
            handshake.Dispose(); // the socket was reset before anything was begun, and is the caller's
            Forget(handshake);
            throw;
        }

        if (_isStopped)
        {
            handshake.Abort(TlsRefusal.Stopping);
        }

        return handshake;
    }

    /// <summary>Ends those whose clients have used up their time. About once a second.</summary>
    public void EndLate()
    {
        long now = NowTicks;
        foreach ((TlsHandshake handshake, _) in _underWay)
        {
            handshake.EndIfLate(now);
        }
    }

    /// <summary>Ends all that are under way, and whatever begins from now on. Done when their ends were said, or after so long.</summary>
    public async Task StopAsync(TimeSpan wait)
    {
        _isStopped = true;
        foreach ((TlsHandshake handshake, _) in _underWay)
        {
            handshake.Abort(TlsRefusal.Stopping);
        }

        if (!_underWay.IsEmpty)
        {
            // By the machine's clock: this is about leaving in time, whatever a test does to ours.
            _ = await Task.WhenAny(_allEnded.Task, Task.Delay(wait));
        }
    }

    private void Forget(TlsHandshake handshake)
    {
        _underWay.TryRemove(handshake, out _);
        if (_isStopped && _underWay.IsEmpty)
        {
            _allEnded.TrySetResult();
        }
    }
}
