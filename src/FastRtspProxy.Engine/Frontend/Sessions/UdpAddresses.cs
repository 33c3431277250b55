using System.Collections.Concurrent;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Which session holds a client's UDP address, over all shards: two sessions that send to one port would mix their media there, and take each other's
/// signs of life. The first to ask holds an address until it gives it up. Touched by SETUP and the end of a session, never by media. Any thread.
/// </summary>
internal sealed class UdpAddresses
{
    private readonly ConcurrentDictionary<PeerAddress, Session> _holders = new();

    public int Count => _holders.Count;

    /// <summary>Whose it is; null: nobody's.</summary>
    public Session? HolderOf(in PeerAddress address) => _holders.GetValueOrDefault(address);

    /// <summary>True when the address is the session's from now on, or was before.</summary>
    public bool TryHold(in PeerAddress address, Session session) => _holders.GetOrAdd(address, session) == session;

    /// <summary>The address is nobody's again, if it was this session's.</summary>
    public void Release(in PeerAddress address, Session session) => _holders.TryRemove(new KeyValuePair<PeerAddress, Session>(address, session));
}
