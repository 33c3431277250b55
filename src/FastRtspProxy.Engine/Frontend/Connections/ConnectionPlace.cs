using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A connection's place among all, held until its descriptor is closed. Its state changes in <see cref="ConnectionPlaces"/> only.</summary>
internal sealed class ConnectionPlace(IPAddress address)
{
    private volatile bool _hasToGo;

    /// <summary>Whose it counts as.</summary>
    public AddressGroup Address { get; } = AddressGroup.Of(address);

    /// <summary>Another connection has its place: it is to be closed. Never false again.</summary>
    public bool HasToGo
    {
        get => _hasToGo;
        internal set => _hasToGo = value;
    }

    /// <summary>The shard that serves it first.</summary>
    public required Shard Shard { get; init; }

    /// <summary>The connection that has the place; null until its shard serves it. Read and written on that shard.</summary>
    public ClientConnection? Connection { get; set; }

    /// <summary>
    /// What the connection begins with on a port of rtsps; null: nothing, it has not begun, or it is over. It is ended when the place is given away.
    /// </summary>
    public TlsHandshake? Handshake { get; set; }

    /// <summary>What the connection weighs, and where. A field, because it is changed in place; on the connection's shard.</summary>
    internal BookedWeight Weight;

    /// <summary>The connection's sessions weigh so much on that shard; 0: they have ended, and give back what was booked for them.</summary>
    public void Weigh(Shard shard, long weight)
    {
        if (weight > 0)
        {
            Weight.Book(shard, weight);
        }
        else
        {
            Weight.Release();
        }
    }

    /// <summary>True from when the place was taken until the connection's descriptor was closed: so long the place counts.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>Among those without a session that was played; null: it has one, or has to go.</summary>
    internal WaitingList<ConnectionPlace>.Entry? Waiting { get; set; }
}
