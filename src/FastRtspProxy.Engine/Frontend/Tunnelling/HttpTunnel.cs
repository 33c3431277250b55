using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// RTSP over HTTP: a GET that carries everything to the client and stays for as long as the tunnel, and the POSTs that carry the client's requests to
/// us, one after the other. All of them are on the GET's shard.
/// </summary>
internal sealed class HttpTunnel(string cookie, ClientConnection get) : Tunnel(get)
{
    /// <summary>Those that are open; at most <see cref="FrontendLimits.PostsPerTunnelMax"/>.</summary>
    private readonly List<ClientConnection> _posts = [];

    private bool _hadPost;

    public string Cookie => cookie;

    public FrontendShard Home => Connection.Home;

    /// <summary>The GET came by TLS.</summary>
    public bool IsSecure => Connection.IsSecure;

    /// <inheritdoc/>
    public override ConnectionKind Kind => ConnectionKind.Http;

    /// <inheritdoc/>
    public override bool IsPaired => _hadPost;

    /// <summary>The GET's connection has a session that was played, so its POSTs are of use too.</summary>
    public bool IsUsed => Connection.IsUsed;

    /// <summary>A POST has come. False: the tunnel is over, or has more of them than a player would open.</summary>
    public bool TryAdd(ClientConnection post)
    {
        if (Connection.EndCause != ConnectionEnd.None || _posts.Count >= FrontendLimits.PostsPerTunnelMax)
        {
            return false;
        }

        _hadPost = true;
        _posts.Add(post);
        return true;
    }

    /// <inheritdoc/>
    public override void UpdatePlaces()
    {
        foreach (ClientConnection post in _posts)
        {
            post.UpdatePlace();
        }
    }

    /// <summary>A POST was closed; another may follow.</summary>
    public void Remove(ClientConnection post) => _posts.Remove(post);

    /// <summary>The GET's own socket brings nothing more that is of use: what comes is dropped, and with its end the tunnel ends.</summary>
    public override async Task RunAsync(PeerInput input)
    {
        while (await input.WaitAsync())
        {
            input.Consume(input.Unread.Length);
        }

        End();
    }

    /// <summary>The GET was closed: so is the rest.</summary>
    public override void End()
    {
        base.End();
        foreach (ClientConnection post in _posts.ToArray())
        {
            post.Close(ConnectionEnd.PeerClosed);
        }
    }
}
