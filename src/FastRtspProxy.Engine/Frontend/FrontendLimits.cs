using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The front-end's limits that no option changes.</summary>
internal static class FrontendLimits
{
    /// <summary>
    /// How long a DESCRIBE or SETUP waits for a camera that is not up yet, before its 404. Players give up after ten seconds or so.
    /// </summary>
    public static readonly TimeSpan DescribeWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A request that has begun must be whole by then: two round trips of the worst satellite link and a retransmission, many times over.
    /// </summary>
    public static readonly TimeSpan HalfRequest = TimeSpan.FromSeconds(10);

    /// <summary>
    /// So long a client may have us wait for it in its TLS handshake: as many round trips as of a request, and nobody to type a password.
    /// </summary>
    public static readonly TimeSpan TlsHandshake = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A configured balancer's PROXY header must be whole by then. A balancer sends it with its first segment; so long a retransmission or two take.
    /// </summary>
    public static readonly TimeSpan ProxyHeader = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="FrontDoor.KeptPlaces"/>
    public const int DoorPlaces = 16;

    /// <summary>
    /// A connection without a session, or with such only as were never played, that says nothing is closed then; nearly two session time-outs.
    /// </summary>
    public static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(120);

    /// <summary>A tunnel's POST waits so long for its GET, which another connection brings.</summary>
    public static readonly TimeSpan EarlyPost = TimeSpan.FromSeconds(5);

    /// <summary>A tunnel's GET without its POST is closed then, and its cookie forgotten.</summary>
    public static readonly TimeSpan TunnelPairing = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A back-end's own connection (REGISTER with reuse_connection) is used so long after the answer: the other side swaps its roles meanwhile, as
    /// LIVE555 does.
    /// </summary>
    public static readonly TimeSpan Handover = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Such a connection is closed when its mount has not taken it by then, because the mount was removed meanwhile. A mount that waits for its turn
    /// to open has taken it long before.
    /// </summary>
    public static readonly TimeSpan HandoverTaken = TimeSpan.FromMinutes(1);

    /// <summary>A REGISTERed host name must resolve by then.</summary>
    public static readonly TimeSpan NameLookup = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A player that is paused, or has its media over UDP, says nothing for as long as it likes, and its session lives while its connection is open:
    /// so the kernel asks whether it is there. A dead one is found out after 50 s; a cable that is out for less than half a minute costs no
    /// connection, whenever the probes come.
    /// </summary>
    public static readonly KeepAlive KeepAlive = new(IdleSeconds: 20, IntervalSeconds: 10, Probes: 3);

    /// <summary>
    /// TCP_USER_TIMEOUT (tcp(7)) of client connections while media goes out in them: data that nobody acknowledged for so long, or took (a window
    /// that stays shut), ends the connection. Longer than <c>--slow-timeout</c>, which would mean nothing otherwise: it looks once a second, and says
    /// why.
    /// </summary>
    public static TimeSpan UserTimeoutFor(TimeSpan slowTimeout) =>
        TimeSpan.FromSeconds(Math.Max(30, Math.Min(slowTimeout.TotalSeconds, 1_000_000) + 10));

    /// <summary>
    /// When a client has shut down its side while its request is in hand, it may still read (nc, a script): the answer may take so long, then the
    /// connection is closed.
    /// </summary>
    public static readonly TimeSpan EndedPeer = TimeSpan.FromSeconds(1);

    /// <summary>How long a stop waits for BYEs and answers to leave.</summary>
    public static readonly TimeSpan StopWait = TimeSpan.FromMilliseconds(800);

    /// <summary>After a refusal that closes, what the client still sends is dropped for so long, and up to so much.</summary>
    public static readonly TimeSpan RefusalLinger = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc cref="RefusalLinger"/>
    public const int RefusalDrainBytesMax = 2 * 1024 * 1024;

    /// <summary>Parameters of a viewer that go to its recorder: a handful of lines. More are not understood (451).</summary>
    public const int ParameterBytesMax = 2048;

    /// <summary>
    /// The largest `$` frame, or datagram with reports, that is taken from a player: compound reports have some hundred bytes (RFC 3550 section 6.2:
    /// one datagram). Larger ones are dropped as they come.
    /// </summary>
    public const int FrameBytesMax = 8 * 1024;

    /// <summary>A connection without a session that sends so much in a row on channels that nobody set up is closed: no player does.</summary>
    public const int StrayBytesMax = 64 * 1024;

    /// <summary>Sessions bound to one connection: a wall of sixteen cameras twice over.</summary>
    public const int SessionsPerConnectionMax = 32;

    /// <summary>
    /// A session that was never played lives so long after its connection was closed: players that open a connection for each request come back
    /// sooner.
    /// </summary>
    public static readonly TimeSpan NeverPlayed = TimeSpan.FromSeconds(15);

    /// <summary>POSTs of one tunnel: players open a new one before they close the old one; each is a connection.</summary>
    public const int PostsPerTunnelMax = 4;

    /// <summary>A message of a client in a WebSocket: the largest head and body of a request, or frame, and as much again.</summary>
    public const int WebSocketMessageBytesMax = 128 * 1024;

    /// <summary>
    /// So often a WebSocket is pinged: browsers answer by themselves, which is a sign of life of a page that only looks on, and keeps its way through
    /// proxies open, whose time-outs begin at a minute.
    /// </summary>
    public static readonly TimeSpan WebSocketPing = TimeSpan.FromSeconds(25);

    /// <summary>A client in a tunnel has two connections, and some connections only ask and never become a client's.</summary>
    public static int ConnectionsFor(int clients) => (2 * Math.Min(clients, 1_000_000)) + 64;
}
