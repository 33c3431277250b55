using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The handshakes of one server: begins them, and ends those that are under way when the server stops. Any thread.
/// </summary>
/// <param name="optionsFor">The certificate, and what else there is to say, by the name that the client asked for; null: it named none.</param>
/// <param name="limit">Whoever has not finished by then is closed.</param>
/// <param name="time">The clock of <paramref name="limit"/>.</param>
internal sealed class TlsServer(Func<string?, SslServerAuthenticationOptions> optionsFor, TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<TlsHandshake, bool> _underWay = new();

    /// <summary>Set once, before those under way are ended; pairs with the look in <see cref="Begin"/>, after one has entered.</summary>
    private volatile bool _isStopped;

    /// <summary>Begins with a connected socket.</summary>
    /// <param name="socket">Belongs to the handshake until that is over; closed unless it was successful.</param>
    /// <param name="done">How it ended, said once, on any thread. With a layer the socket is the callee's.</param>
    /// <returns>The handshake, which can be ended.</returns>
    public TlsHandshake Begin(Socket socket, Action<TlsLayer?, TlsRefusal, string> done)
    {
        TlsHandshake handshake = new(socket, optionsFor, (ended, layer, refusal, why) =>
        {
            _underWay.TryRemove(ended, out _);
            done(layer, refusal, why);
        });
        _underWay[handshake] = true;
        try
        {
            handshake.Begin(time, limit);
        }
        catch
        {
            _underWay.TryRemove(handshake, out _); // the socket was reset before anything was begun, and is the caller's
            handshake.Dispose();
            throw;
        }

        if (_isStopped)
        {
            handshake.Abort(TlsRefusal.Closed);
        }

        return handshake;
    }

    /// <summary>Ends all that are under way.</summary>
    public void Dispose()
    {
        _isStopped = true;
        foreach (TlsHandshake handshake in _underWay.Keys)
        {
            handshake.Abort(TlsRefusal.Closed);
        }
    }
}
