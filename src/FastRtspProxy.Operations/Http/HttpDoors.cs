using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// The addresses where HTTP is served. A reload opens and closes some of them: those that stay are not touched, and a connection that was accepted
/// lives on, wherever it came from.
/// </summary>
/// <param name="accepted">Takes a socket, on the socket engine's thread: it puts it into a queue.</param>
/// <param name="held">Sockets that listen already at some of the addresses.</param>
/// <param name="log">Hears of what cannot be accepted.</param>
internal sealed class HttpDoors(Action<Socket, HttpDoorKind> accepted, HeldSockets held, ILogger log) : IDisposable
{
    private readonly TcpPortSettings _settings = new() { Held = held };

    private readonly Lock _lock = new();

    /// <summary>Replaced as a whole, under the lock.</summary>
    private volatile HttpDoor[] _open = [];

    /// <summary>Set once, under the lock: nothing is opened any more.</summary>
    private bool _isOver;

    /// <summary>Those that are served, in the order of the configuration, that of metrics alone last.</summary>
    public IReadOnlyList<HttpDoor> Open => _open;

    /// <summary>
    /// Opens what a configuration has more than there is. An address that lies in the way of a new one (`127.0.0.1:9554` of `:9554`) is closed for
    /// it, and opened again where it does not come to a change. One at a time.
    /// </summary>
    /// <exception cref="ProxyStartException">An address cannot be had; everything is as it was. The message names it and the remedy.</exception>
    public HttpDoorsChange Prepare(HttpConfig config)
    {
        (ListenPoint Point, HttpDoorKind Kind)[] wanted = [.. WantedBy(config).DistinctBy(static one => one.Point)];
        HttpDoor[] old = _open;
        HttpDoor[] leaving = [.. old.Where(door => !wanted.Any(one => one.Point == door.Point))];
        List<HttpDoor> opened = [];
        List<HttpDoor> closed = [];
        try
        {
            // First what can be had beside what there is: a new address that another program has is no reason to close one of ours.
            foreach (bool isInTheWay in (ReadOnlySpan<bool>)[false, true])
            {
                foreach ((ListenPoint point, HttpDoorKind kind) in wanted.Where(one => !old.Any(door => door.Point == one.Point)))
                {
                    HttpDoor[] inTheWay = [.. leaving.Where(door => Overlap(door, point))];
                    if (inTheWay.Length > 0 != isInTheWay)
                    {
                        continue;
                    }

                    closed.AddRange(inTheWay.Except(closed));
                    Array.ForEach(inTheWay, static door => door.Port.Dispose());
                    opened.Add(OpenDoor(point, kind));
                }
            }
        }
        catch (ProxyStartException)
        {
            opened.ForEach(static door => door.Port.Dispose());
            OpenAgain(closed);
            throw;
        }

        return new HttpDoorsChange(
            make: () => Make([.. wanted], opened, leaving),
            giveBack: () =>
            {
                opened.ForEach(static door => door.Port.Dispose());
                OpenAgain(closed);
            });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            Array.ForEach(_open, static door => door.Port.Dispose());
            _open = [];
        }
    }

    private static IEnumerable<(ListenPoint Point, HttpDoorKind Kind)> WantedBy(HttpConfig config)
    {
        foreach (ListenPoint point in config.Listen)
        {
            yield return (point, new HttpDoorKind(HttpConfig.IsLoopback(point) ? HttpDoorway.Local : HttpDoorway.Guarded, config.Tls));
        }

        if (config.Metrics.Listen is { } metrics)
        {
            yield return (metrics, new HttpDoorKind(HttpDoorway.MetricsOnly, IsSecure: false));
        }
    }

    /// <summary>True where the kernel would refuse the one beside the other: one port, at an address and at every address.</summary>
    private static bool Overlap(HttpDoor door, ListenPoint point) => door.Port.Port == point.Port
        && (IsEvery(door.Point.Address) || IsEvery(point.Address) || Equals(door.Point.Address, point.Address));

    private static bool IsEvery(IPAddress? address) =>
        address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private HttpDoor OpenDoor(ListenPoint point, HttpDoorKind kind)
    {
        if (TcpPort.TryOpen(point.Address, point.Port, whole: true, _settings, log, out SocketError error) is { } port)
        {
            return new HttpDoor(point, port, kind.Doorway, kind.IsSecure);
        }

        throw new ProxyStartException($"HTTP cannot be served at {point}: {TcpPort.Why(error, point.Port, "--http, http.listen")}");
    }

    /// <summary>What stood in the way of an address that could not be had after all.</summary>
    private void OpenAgain(List<HttpDoor> closed)
    {
        foreach (HttpDoor door in closed)
        {
            HttpDoor? again = null;
            try
            {
                again = OpenDoor(door.Point with { Port = door.Port.Port }, door.Kind);
            }
            catch (ProxyStartException cause)
            {
                HttpLog.NotOpenedAgain(log, cause.Message);
            }

            lock (_lock)
            {
                _open = [.. _open.Select(one => ReferenceEquals(one, door) ? again : one).OfType<HttpDoor>()];
                Begin(again);
            }
        }
    }

    private void Make((ListenPoint Point, HttpDoorKind Kind)[] wanted, List<HttpDoor> opened, HttpDoor[] leaving)
    {
        lock (_lock)
        {
            List<HttpDoor> next = [];
            foreach ((ListenPoint point, HttpDoorKind kind) in wanted)
            {
                HttpDoor? door = Array.Find(_open, door => door.Point == point);
                if (door is not null)
                {
                    door.Kind = kind;
                    next.Add(door);
                }
                else if (opened.Find(one => one.Point == point) is { } one)
                {
                    next.Add(one);
                }
            }

            _open = [.. next];
            opened.ForEach(Begin);
            Array.ForEach(leaving, static door => door.Port.Dispose());
        }
    }

    /// <summary>Under the lock.</summary>
    private void Begin(HttpDoor? door)
    {
        if (_isOver)
        {
            door?.Port.Dispose();
        }
        else
        {
            door?.Port.Start(socket => accepted(socket, door.Kind));
        }
    }
}
