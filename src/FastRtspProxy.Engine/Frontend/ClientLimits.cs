using System.Collections.Concurrent;
using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Counts connections and clients (sessions) against their limits, over all shards. Touched once when one comes and once when it goes, never by media. A count decides by the value that its own
/// interlocked operation gives; nothing else is read on the strength of it, so none has a partner.
/// </summary>
internal sealed class ClientLimits(ProxyOptions options)
{
    private readonly Tally<IPAddress> _connectionsByAddress = new(FrontEndLimits.ConnectionsFor(options.MaxClientsPerAddress));
    private readonly Tally<IPAddress> _clientsByAddress = new(options.MaxClientsPerAddress);
    private readonly Tally<string> _clientsByMount = new(options.MaxClientsPerMount);
    private readonly int _maxConnections = FrontEndLimits.ConnectionsFor(options.MaxClients);
    private readonly int _maxClients = options.MaxClients;
    private int _connections;
    private int _clients;

    public int Connections => Volatile.Read(ref _connections);

    public int Clients => Volatile.Read(ref _clients);

    public bool TryAddConnection(IPAddress address)
    {
        if (Interlocked.Increment(ref _connections) <= _maxConnections && _connectionsByAddress.TryAdd(address))
        {
            return true;
        }

        Interlocked.Decrement(ref _connections);
        return false;
    }

    public void RemoveConnection(IPAddress address)
    {
        Interlocked.Decrement(ref _connections);
        _connectionsByAddress.Remove(address);
    }

    public bool TryAddClient(IPAddress address, string mount)
    {
        if (Interlocked.Increment(ref _clients) <= _maxClients)
        {
            if (_clientsByAddress.TryAdd(address))
            {
                if (_clientsByMount.TryAdd(mount))
                {
                    return true;
                }

                _clientsByAddress.Remove(address);
            }
        }

        Interlocked.Decrement(ref _clients);
        return false;
    }

    public void RemoveClient(IPAddress address, string mount)
    {
        Interlocked.Decrement(ref _clients);
        _clientsByAddress.Remove(address);
        _clientsByMount.Remove(mount);
    }

    /// <summary>Counts by key up to one limit; a key that nobody holds takes no memory.</summary>
    private sealed class Tally<TKey>(int limit)
        where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, int> _counts = new();

        public bool TryAdd(TKey key)
        {
            while (true)
            {
                if (!_counts.TryGetValue(key, out int count))
                {
                    if (limit > 0 && _counts.TryAdd(key, 1))
                    {
                        return true;
                    }

                    if (limit <= 0)
                    {
                        return false;
                    }
                }
                else if (count >= limit)
                {
                    return false;
                }
                else if (_counts.TryUpdate(key, count + 1, count))
                {
                    return true;
                }
            }
        }

        public void Remove(TKey key)
        {
            while (_counts.TryGetValue(key, out int count))
            {
                if (count <= 1 ? _counts.TryRemove(new KeyValuePair<TKey, int>(key, count)) : _counts.TryUpdate(key, count - 1, count))
                {
                    return;
                }
            }
        }
    }
}
