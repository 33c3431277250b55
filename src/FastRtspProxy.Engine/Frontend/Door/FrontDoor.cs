using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Protocol.ProxyProtocol;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What stands between accept and a shard. A connection from a configured balancer (<see cref="ProxyOptions.ProxyProtocolFrom"/>) says here who its
/// client is, by a PROXY header; every other connection passes at once, on the thread that accepted it. What waits here runs on the thread pool,
/// never on a shard's time, and has no place among the connections yet (<see cref="ConnectionPlaces"/>): it takes one with the client's address when
/// that is known. Until then it counts as one of the door: as many may wait as there are places left, and <see cref="KeptPlaces"/> in any case; the
/// oldest goes for a newer one, and whoever is late goes too. A stop closes whatever is here.
/// </summary>
internal sealed class FrontDoor
{
    private readonly FrontendServer _frontend;
    private readonly Shard _clock;
    private readonly IReadOnlyList<IPNetwork> _balancers;
    private readonly DoorQueue _visitors = new();

    /// <param name="frontend">Whom the connections are given to.</param>
    /// <param name="clock">The shard whose time counts here, and which calls <see cref="CloseLate"/>.</param>
    public FrontDoor(FrontendServer frontend, Shard clock)
    {
        _frontend = frontend;
        _clock = clock;
        _balancers = frontend.Options.ProxyProtocolFrom;
        Log = new DoorLog(frontend.Log, frontend.Counters);
    }

    /// <inheritdoc cref="DoorLog"/>
    public DoorLog Log { get; }

    /// <summary>How many wait in the door.</summary>
    public int Count => _visitors.Count;

    /// <summary>
    /// So many may wait in the door when all places of connections are taken: a header comes with the first segment, so that a few are enough to let
    /// everybody through who does not dawdle. Descriptors are kept for them where anybody can have to wait.
    /// </summary>
    public int KeptPlaces => _balancers.Count == 0 ? 0 : FrontendLimits.DoorPlaces;

    /// <summary>
    /// A connection was accepted. On the socket engine's thread. What goes wrong here is one connection's business; the loop that accepts must not
    /// hear of it.
    /// </summary>
    /// <param name="socket">The accepted socket.</param>
    /// <param name="isSecure">Its port is one of rtsps.</param>
    public void Enter(Socket socket, bool isSecure)
    {
        try
        {
            if (_frontend.IsStopping || socket.RemoteEndPoint is not IPEndPoint remote)
            {
                socket.Dispose();
            }
            else if (_balancers.Count > 0 && Networks.Hold(_balancers, remote.Address))
            {
                Wait(new DoorVisitor(socket, remote, isSecure));
            }
            else
            {
                _frontend.Admit(new Arrival(socket, remote, null, IsRelayed: false, isSecure));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose(); // reset by the client before we looked at it
        }
    }

    /// <summary>
    /// A connection has sent a PROXY header where it is not believed; the caller closes it. The client may have written anything in it. Any thread.
    /// </summary>
    public void OnStrangeHeader(ClientConnection connection) => Log.Refused(
        StrangeHeaderOf(connection.IsRelayed), ProxyHeaderDefect.None, connection.RemoteAddress, _clock.NowMicros);

    /// <summary>True: a TLS handshake stands where a request should, on a connection in the clear; the caller closes it. Any thread.</summary>
    public bool FindsTls(ClientConnection connection, ReadOnlySpan<byte> input)
    {
        if (connection.IsSecure || input is not [TlsHandshake.FirstByte, ..])
        {
            return false;
        }

        Log.Refused(DoorRefusal.TlsInTheClear, ProxyHeaderDefect.None, connection.RemoteAddress, _clock.NowMicros);
        return true;
    }

    /// <summary>A TLS handshake came to nothing, and its connection is closed. Any thread.</summary>
    public void OnHandshake(TlsRefusal cause, in Arrival arrival, string why)
    {
        DoorRefusal refusal = cause switch
        {
            TlsRefusal.PlainText => DoorRefusal.PlainText,
            TlsRefusal.ProxyHeader => StrangeHeaderOf(arrival.IsRelayed),
            TlsRefusal.TimedOut => DoorRefusal.LateHandshake,
            TlsRefusal.Failed => DoorRefusal.BadHandshake,
            TlsRefusal.MadeRoom => DoorRefusal.MadeRoom,
            TlsRefusal.Stopping => DoorRefusal.Stopping,
            _ => DoorRefusal.Silent,
        };
        Log.Refused(refusal, ProxyHeaderDefect.None, arrival.Remote.Address.Unmapped(), _clock.NowMicros, why);
    }

    /// <summary>Closes those that are late. About once a second, on the clock's shard.</summary>
    public void CloseLate()
    {
        long now = _clock.NowMicros;
        while (_visitors.TryTakeLate(now - (long)FrontendLimits.ProxyHeader.TotalMicroseconds, out DoorVisitor? late))
        {
            Close(late, DoorRefusal.LateHeader);
        }
    }

    /// <summary>Closes whatever waits, and lets nobody wait any more. Any thread.</summary>
    public void Stop()
    {
        foreach (DoorVisitor visitor in _visitors.Close())
        {
            visitor.Socket.Dispose();
        }
    }

    /// <summary>A header that is not believed: behind one that was, or from somebody who may send none.</summary>
    private static DoorRefusal StrangeHeaderOf(bool isRelayed) => isRelayed ? DoorRefusal.SecondHeader : DoorRefusal.StrangeHeader;

    private void Wait(DoorVisitor visitor)
    {
        ConnectionPlaces places = _frontend.Limits.ConnectionPlaces;
        int max = Math.Max(KeptPlaces, places.Max - places.Count);
        if (!_visitors.TryAdd(visitor, _clock.NowMicros, max, out DoorVisitor? oldest))
        {
            visitor.Socket.Dispose();
            return;
        }

        if (oldest is not null)
        {
            Close(oldest, DoorRefusal.Crowded);
        }

        _ = PassAsync(visitor);
    }

    /// <summary>Reads a visitor's header, on the thread pool, and gives the connection on.</summary>
    private async Task PassAsync(DoorVisitor visitor)
    {
        try
        {
            ProxyHeaderReading reading = await ProxyHeaderReader.ReadAsync(visitor.Socket);
            if (!_visitors.TryTake(visitor))
            {
                return; // whoever took it out has closed it
            }

            if (reading.Refusal != DoorRefusal.None)
            {
                Close(visitor, reading.Refusal, reading.Defect);
                return;
            }

            _frontend.Admit(ArrivalOf(visitor, reading.Header));
        }
        catch (Exception e)
        {
            visitor.Socket.Dispose();
            bool isOurs = _visitors.TryTake(visitor);
            if (e is SocketException && isOurs)
            {
                Log.Refused(DoorRefusal.Silent, ProxyHeaderDefect.None, visitor.Peer.Address.Unmapped(), _clock.NowMicros);
            }
            else if (e is not (SocketException or ObjectDisposedException))
            {
                FrontendLog.ConnectionFailed(_frontend.Log, visitor.Peer, e);
            }
        }
    }

    /// <summary>A header that names nobody, as that of a health check does, leaves the socket's own addresses.</summary>
    private static Arrival ArrivalOf(DoorVisitor visitor, ProxyHeader header) =>
        new(visitor.Socket, header.Source?.Unmapped() ?? visitor.Peer, header.Destination?.Unmapped(), IsRelayed: true, visitor.IsSecure);

    /// <summary>Closes a visitor that is not in the queue any more.</summary>
    private void Close(DoorVisitor visitor, DoorRefusal refusal, ProxyHeaderDefect defect = ProxyHeaderDefect.None)
    {
        visitor.Socket.Dispose();
        Log.Refused(refusal, defect, visitor.Peer.Address.Unmapped(), _clock.NowMicros);
    }
}
