using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a connection to a port of rtsps goes through between its place (<see cref="ConnectionPlaces"/>) and its shard: the TLS handshake, on threads
/// that stand behind all others. What follows from its end is done on the connection's first shard, so that none of those threads holds a lock of the
/// front-end's while others wait for it.
/// </summary>
/// <param name="frontend">Whose connections they are.</param>
/// <param name="certificates">What a client is shown, by the name that it asked for; null: it named none.</param>
/// <param name="time">The clock of <see cref="FrontendLimits.TlsHandshake"/>.</param>
internal sealed class TlsEntrance(FrontendServer frontend, Func<string?, SslServerAuthenticationOptions> certificates, TimeProvider time)
{
    private readonly TlsServer _server = new(certificates, FrontendLimits.TlsHandshake, time);

    /// <summary>Begins the handshake of a connection that has its place. Any thread.</summary>
    /// <exception cref="SocketException">The client reset the connection before we looked at it; it is the caller's.</exception>
    public void Enter(FrontendShard home, Arrival arrival, ConnectionPlace place)
    {
        TlsHandshake handshake = _server.Begin(
            arrival.Socket, place.Address, (layer, refusal, why) => home.Shard.Post(() => OnEnded(home, arrival, place, layer, refusal, why)));
        place.Handshake = handshake;

        // Pairs with the post of MakeRoom, before which HasToGo is set: either MakeRoom finds the handshake, or we see that it has to go. Store then
        // load, so it takes a full fence (`lock or` on x64, `dmb ish` on arm64: a plain store may become visible after a later LDAPR). The other side
        // needs none of its own: the shard that runs MakeRoom acquires what the post released, on every processor, before it looks for a handshake.
        Interlocked.MemoryBarrier();
        if (place.HasToGo)
        {
            handshake.Abort(TlsRefusal.MadeRoom);
        }
    }

    /// <summary>Ends those whose clients have used up their time. About once a second; not on the caller's.</summary>
    public void EndLate() => ThreadPool.UnsafeQueueUserWorkItem(static server => server.EndLate(), _server, preferLocal: false);

    /// <summary>Ends all that are under way, and waits until they have ended, or for <see cref="FrontendLimits.StopWait"/>.</summary>
    public Task StopAsync() => _server.StopAsync(FrontendLimits.StopWait);

    /// <summary>On the connection's first shard.</summary>
    private void OnEnded(FrontendShard home, in Arrival arrival, ConnectionPlace place, TlsLayer? layer, TlsRefusal refusal, string why)
    {
        place.Handshake = null;
        frontend.Counters.OnHandshake(refusal == TlsRefusal.None);
        if (layer is null)
        {
            frontend.GiveUp(home, arrival.Socket, place);
            frontend.Door.OnHandshake(refusal, arrival, why);
            return;
        }

        try
        {
            frontend.Begin(home, arrival, place, layer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            layer.Dispose(); // reset meanwhile
            frontend.GiveUp(home, arrival.Socket, place);
        }
    }
}
