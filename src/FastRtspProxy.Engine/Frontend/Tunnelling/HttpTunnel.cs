using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// RTSP over HTTP: a GET that carries everything to the client and stays for as long as the tunnel, and the POSTs that carry the client's requests to
/// us, one after the other. All of them are on the GET's shard.
/// </summary>
internal sealed class Tunnel(string cookie, ClientConnection get)
{
    /// <summary>Those that are open; at most <see cref="FrontendLimits.PostsPerTunnelMax"/>.</summary>
    private readonly List<ClientConnection> _posts = [];

    public string Cookie => cookie;

    public FrontendShard Home => get.Home;

    /// <summary>The GET came by TLS.</summary>
    public bool IsSecure => get.IsSecure;

    /// <summary>What the client asks, decoded.</summary>
    public TunnelInput Requests { get; } = new(get);

    /// <summary>False until the first POST: half a tunnel.</summary>
    public bool IsPaired { get; private set; }

    /// <summary>True once the GET was closed: nothing may be written any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The GET's connection has a session that was played, so its POSTs are of use too.</summary>
    public bool IsUsed => get.IsUsed;

    /// <summary>A POST has come. False: the tunnel is over, or has more of them than a player would open.</summary>
    public bool TryAdd(ClientConnection post)
    {
        if (get.EndCause != ConnectionEnd.None || _posts.Count >= FrontendLimits.PostsPerTunnelMax)
        {
            return false;
        }

        IsPaired = true;
        _posts.Add(post);
        return true;
    }

    /// <summary>Whether the tunnel is of use has changed: its POSTs keep their places with it.</summary>
    public void UpdatePlaces()
    {
        foreach (ClientConnection post in _posts)
        {
            post.UpdatePlace();
        }
    }

    /// <summary>A POST was closed; another may follow.</summary>
    public void Remove(ClientConnection post) => _posts.Remove(post);

    /// <summary>The GET's own socket brings nothing more that is of use: what comes is dropped, and with its end the tunnel ends.</summary>
    public async Task EndWithAsync(PeerInput input)
    {
        while (await input.WaitAsync())
        {
            input.Consume(input.Unread.Length);
        }

        End();
    }

    /// <summary>The GET was closed: so is the rest.</summary>
    public void End()
    {
        IsOver = true;
        Requests.End();
        foreach (ClientConnection post in _posts.ToArray())
        {
            post.Close(ConnectionEnd.PeerClosed);
        }
    }
}
