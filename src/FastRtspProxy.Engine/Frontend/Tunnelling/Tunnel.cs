using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a connection's requests come out of where its socket brings them in another form: an HTTP tunnel, a WebSocket. On the connection's shard.
/// </summary>
internal abstract class Tunnel(ClientConnection connection)
{
    /// <summary>The connection, which is served on with what comes out of the tunnel.</summary>
    protected ClientConnection Connection { get; } = connection;

    /// <summary>What the client asks, as plain RTSP.</summary>
    public TunnelInput Requests { get; } = new(connection);

    /// <summary>What the connection is from now on.</summary>
    public abstract ConnectionKind Kind { get; }

    /// <summary>False while a half of it is missing.</summary>
    public virtual bool IsPaired => true;

    /// <summary>False: rules that came later do not let it in.</summary>
    public virtual bool MayStay => true;

    /// <summary>True once the connection is over: nothing may be written any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Serves the tunnel: what the connection's own socket brings. Ends with it.</summary>
    public abstract Task RunAsync(PeerInput input);

    /// <summary>Whether the tunnel is of use has changed.</summary>
    public virtual void UpdatePlaces()
    {
        // Nobody else keeps a place with it.
    }

    /// <summary>Asked about once a second.</summary>
    public virtual void OnCheck(long nowMicros)
    {
        // Nothing is due.
    }

    /// <summary>The connection is about to be closed for that cause.</summary>
    public virtual void OnEnding(ConnectionEnd cause)
    {
        // Nothing is said.
    }

    /// <summary>No more comes out of it.</summary>
    public virtual void End()
    {
        IsOver = true;
        Requests.End();
    }
}
