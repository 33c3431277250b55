using System.Net;
using System.Security.Authentication;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine;

/// <summary>Everything that the engine can be told at start. Limits carry their arithmetic where they are used.</summary>
public sealed record ProxyOptions
{
    /// <summary>The back-end streams, one mount each, in the order of the command line.</summary>
    public IReadOnlyList<StreamOptions> Streams { get; init; } = [];

    /// <summary>RTSP ports to try in order; the first that binds is used.</summary>
    public IReadOnlyList<int> RtspPorts { get; init; } = [554, 8554];

    /// <summary>
    /// Ports to try in order for viewers that come by TLS (rtsps); the first that binds is used. Empty: nobody speaks TLS with viewers.
    /// </summary>
    public IReadOnlyList<int> RtspsPorts { get; init; } = [];

    /// <summary>What viewers are shown on that port, by the name that they ask for; the first where they ask for none of the others.</summary>
    public IReadOnlyList<CertificateFiles> Certificates { get; init; } = [];

    /// <summary>The certificates are for others of the program, too: they are read even where no viewer comes by TLS.</summary>
    public bool NeedsCertificates { get; init; }

    /// <summary>Sockets that listen already at some of the ports.</summary>
    internal HeldSockets Held { get; init; } = HeldSockets.None;

    /// <summary>Who reads which camera, where several boxes share them; null: this box reads all of its own.</summary>
    internal ICameraOwners? Owners { get; init; }

    /// <summary>Who among the viewers is another box; null: there are none.</summary>
    internal IHopGate? Hops { get; init; }

    /// <summary>Descriptors that others of the program may open: viewers and cameras leave them alone.</summary>
    public int KeptDescriptors { get; init; }

    /// <summary>The oldest version of TLS that is spoken with viewers.</summary>
    public TlsVersion TlsMinVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>All versions that are.</summary>
    internal SslProtocols TlsProtocols => TlsMinVersion == TlsVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Ports to try for the RTSP-over-HTTP tunnel; empty: only the RTSP port takes tunnels.</summary>
    public IReadOnlyList<int> TunnelPorts { get; init; } = [];

    /// <summary>The local address to listen on; null: every address, IPv4 and IPv6.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>First and last UDP port of the server pairs.</summary>
    public int UdpPortFirst { get; init; } = 6970;

    /// <inheritdoc cref="UdpPortFirst"/>
    public int UdpPortLast { get; init; } = 7999;

    /// <summary>
    /// The class that our packets to viewers are marked with (DSCP, RFC 2474: 0 to 63), over UDP and TCP; null: as the system does.
    /// </summary>
    public int? FrontendDscp { get; init; }

    /// <summary>Shards; 0: one for each core.</summary>
    public int Threads { get; init; }

    /// <summary>How far apart turns are held while many cameras are busy; zero: not at all.</summary>
    public TimeSpan Coalesce { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The process's budget for rings, parked sends and catch-up, in bytes; 0: a quarter of the machine's memory, 2 GiB at most.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How long the back-end is pulled after the last client has gone.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long clients are held while the back-end is lost.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pull from the start and never stop.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>Silence of the back-end after which it counts as lost (`-D`); zero: never.</summary>
    public TimeSpan DeadStreamInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a camera's answer to DESCRIBE, SETUP and PLAY is waited for (`--answer-timeout`).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The session time-out that clients are told.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(65);

    /// <summary>Clients (sessions) in all.</summary>
    public int MaxClients { get; init; } = 20_000;

    /// <summary>
    /// Clients of one address (IPv6: of one /64); null: a quarter of <see cref="MaxClients"/>, so that no single address takes all places.
    /// </summary>
    public int? MaxClientsPerAddress { get; init; }

    /// <summary><see cref="MaxClientsPerAddress"/> as it counts.</summary>
    public int ClientsPerAddress => MaxClientsPerAddress ?? Math.Max(1, MaxClients / 4);

    /// <summary>Clients of one mount.</summary>
    public int MaxClientsPerMount { get; init; } = 20_000;

    /// <summary>Front-end credentials (`-C`); empty: everybody may watch.</summary>
    public IReadOnlyList<Credentials> ClientCredentials { get; init; } = [];

    /// <summary>Offer SHA-256 beside MD5 to clients that must authenticate.</summary>
    public bool OfferSha256 { get; init; }

    /// <summary>Who may do what; null: as <see cref="ClientCredentials"/> and <see cref="RegisterCredentials"/> say.</summary>
    public AccessRules? Access { get; init; }

    /// <summary>The rules that follow.</summary>
    internal AccessRules AccessInForce => Access ?? AccessRules.OfCommandLine(ClientCredentials, RegisterCredentials, OfferSha256);

    /// <summary>Accept REGISTER and DEREGISTER (`-R`).</summary>
    public bool AcceptRegister { get; init; }

    /// <summary>Who may REGISTER (`-U`); empty: everybody.</summary>
    public IReadOnlyList<Credentials> RegisterCredentials { get; init; } = [];

    /// <summary>Credentials shown to registered back-ends (`-u`).</summary>
    public Credentials? BackendCredentials { get; init; }

    /// <summary>Registered streams at most.</summary>
    public int MaxRegistered { get; init; } = 100;

    /// <summary>Let REGISTER name loopback and link-local back-ends.</summary>
    public bool AllowPrivateRegister { get; init; }

    /// <summary>
    /// The balancers whose connections begin with a PROXY header that says who the client is: they must send one, and nobody else is believed.
    /// Empty: there are none.
    /// </summary>
    public IReadOnlyList<IPNetwork> ProxyProtocolFrom { get; init; } = [];

    /// <summary>RTSP over WebSocket on all ports; null: none is taken.</summary>
    public WebSocketRules? WebSocket { get; init; }

    /// <summary>Addresses that may REGISTER; empty: any.</summary>
    public IReadOnlyList<IPNetwork> RegisterFrom { get; init; } = [];

    /// <summary>Interleave registered streams too (`-t`).</summary>
    public bool RegisteredStreamsOverTcp { get; init; }

    /// <summary>Do not check the certificates of registered `rtsps` streams.</summary>
    public bool RegisteredStreamsInsecureTls { get; init; }

    /// <summary>The class that our packets to the cameras of registered streams are marked with; null: as the system does.</summary>
    public int? RegisteredStreamsDscp { get; init; }

    /// <summary>What a joining client gets first.</summary>
    public StartMode Start { get; init; } = StartMode.Auto;

    /// <inheritdoc cref="StreamSettings.RecordersGetPast"/>
    public bool RecordersGetPast { get; init; }

    /// <summary>The bound of a mount's cached group of pictures.</summary>
    public int GopCacheBytes { get; init; } = 16 << 20;

    /// <inheritdoc cref="GopCacheBytes"/>
    public TimeSpan GopCacheDuration { get; init; } = TimeSpan.FromSeconds(12);

    /// <inheritdoc cref="StreamSettings.PastDuration"/>
    public TimeSpan PastDuration { get; init; }

    /// <summary>Null: no stream without settings of its own is served to a group.</summary>
    public MulticastOptions? Multicast { get; init; }

    /// <summary>A client that makes no progress for so long is closed.</summary>
    public TimeSpan SlowTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <inheritdoc cref="EgressLimits"/>
    public EgressLimits Egress { get; init; } = new();

    /// <summary>The limits of viewers as they are at the start; <see cref="ProxyEngine.ChangeLimits"/> changes them.</summary>
    public ViewerLimits Limits => new()
    {
        MaxClients = MaxClients,
        MaxClientsPerAddress = MaxClientsPerAddress,
        MaxClientsPerMount = MaxClientsPerMount,
        SlowTimeout = SlowTimeout,
        Egress = Egress,
    };

    /// <summary>The settings of a stream that has none of its own.</summary>
    internal StreamSettings CommonSettings => new()
    {
        AlwaysOn = AlwaysOn,
        Linger = Linger,
        Hold = Hold,
        DeadStreamInterval = DeadStreamInterval,
        AnswerTimeout = AnswerTimeout,
        Start = Start,
        RecordersGetPast = RecordersGetPast,
        GopCacheBytes = GopCacheBytes,
        GopCacheDuration = GopCacheDuration,
        PastDuration = PastDuration,
        Multicast = Multicast,
        MaxClients = MaxClientsPerMount,
    };
}

/// <summary>A user name and a password. Never printed: <see cref="ToString"/> masks it.</summary>
public sealed record Credentials(string User, string Password)
{
    /// <inheritdoc/>
    public override string ToString() => User + ":***";
}

/// <summary>How the back-end is asked to send its media.</summary>
public enum BackendTransport
{
    /// <summary>What brings media: multicast where it is described, UDP, TCP, and round again.</summary>
    Udp,

    /// <summary>Interleaved in the RTSP connection (`-t`).</summary>
    Tcp,

    /// <summary>RTSP over HTTP (`-T port`).</summary>
    HttpTunnel,
}

/// <summary>What a joining client gets first.</summary>
public enum StartMode
{
    /// <summary>
    /// As suits the player: <see cref="Past"/>, <see cref="Instant"/>, or <see cref="Keyframe"/> while the camera's groups of pictures are short and
    /// <see cref="Live"/> for longer ones.
    /// </summary>
    Auto,

    /// <summary>The cached group of pictures at once, all tracks of it, with its true times.</summary>
    Past,

    /// <summary>The cached group of pictures at once, its times squeezed into hardly any, then the live edge.</summary>
    Instant,

    /// <summary>Nothing until the next random access point.</summary>
    Keyframe,

    /// <summary>Whatever comes next.</summary>
    Live,
}

/// <summary>One back-end stream and the mount that serves it.</summary>
public sealed record StreamOptions
{
    /// <summary>The mount's path, without a leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>The back-end's URL as given, credentials included. Print <c>RtspUrl.Redacted</c> only.</summary>
    public required string Url { get; init; }

    /// <summary>Credentials for the back-end (`-u`); those in the URL win.</summary>
    public Credentials? Credentials { get; init; }

    /// <summary>Those of the URL, else those of the command line: for every request alike; none goes into a request line.</summary>
    internal Credentials? CredentialsFor(RtspUrl url) => url.User is { } user ? new Credentials(user, url.Password ?? string.Empty) : Credentials;

    /// <inheritdoc cref="BackendTransport"/>
    public BackendTransport Transport { get; init; } = BackendTransport.Udp;

    /// <summary>The port of the HTTP tunnel (`-T`).</summary>
    public int TunnelPort { get; init; }

    /// <summary>Do not check the certificate of an `rtsps` back-end.</summary>
    public bool InsecureTls { get; init; }

    /// <summary>
    /// The one certificate that is taken of an `rtsps` back-end, whoever signed it, by its SHA-256 in small hexadecimal digits; null: what this
    /// machine trusts.
    /// </summary>
    public string? TlsFingerprint { get; init; }

    /// <summary>The class that our packets to the camera are marked with (DSCP, RFC 2474: 0 to 63); null: as the system does.</summary>
    public int? Dscp { get; init; }

    /// <summary>The camera is asked for key frames when somebody would wait long for one; null: where it says that it can be.</summary>
    public bool? AsksForKeyFrames { get; init; }

    /// <summary>The camera is asked for its back channel (ONVIF), and viewers that ask for it and may talk are offered it.</summary>
    public bool BackChannel { get; init; }

    /// <summary>
    /// It is a recorder: each viewer has a session of its own with it, in which it plays, pauses and seeks as it likes (ONVIF replay). Of the
    /// settings those about what is shared do not count then. A change takes the stream out and puts it in anew.
    /// </summary>
    public bool IsReplay { get; init; }

    /// <summary>A better source than the one in use is looked at by a session of its own; false where the camera allows one session.</summary>
    public bool MayBeProbed { get; init; } = true;

    /// <summary>What is used when this one is lost, the best first; 15 at the most. Empty: nothing.</summary>
    public IReadOnlyList<SourceOptions> Alternatives { get; init; } = [];

    /// <summary>Viewers play on though another source has pictures of another size.</summary>
    public bool AcrossSizes { get; init; }

    /// <summary>
    /// For a wildcard stream, whose <see cref="Name"/> has a <c>*</c> and whose <see cref="Url"/> has <c>${1}</c> for what that stands for: how many
    /// of its streams there may be at once. Each is made when a viewer asks for it, and goes when nobody has needed it for the linger; none is always
    /// on.
    /// </summary>
    public int MaxInstances { get; init; } = 64;

    /// <summary>
    /// Where several boxes share the cameras (<see cref="ProxyOptions.Owners"/>): a box that may be cut off from the others stops in time, before
    /// another one begins.
    /// </summary>
    public bool StopsWhenAlone { get; init; }

    /// <summary>How this stream is served where it differs from the others; null: as <see cref="ProxyOptions"/> say for all.</summary>
    public StreamSettings? Settings { get; init; }

    /// <summary>The back-ends, the best first: its own, and the alternatives.</summary>
    internal IReadOnlyList<SourceOptions> Sources => [Own, .. Alternatives];

    private SourceOptions Own => new()
    {
        Url = Url,
        Credentials = Credentials,
        Transport = Transport,
        TunnelPort = TunnelPort,
        InsecureTls = InsecureTls,
        TlsFingerprint = TlsFingerprint,
        Dscp = Dscp,
        AsksForKeyFrames = AsksForKeyFrames,
        BackChannel = BackChannel,
        MayBeProbed = MayBeProbed,
    };

    /// <summary>The same with one back-end alone.</summary>
    internal StreamOptions With(SourceOptions source) => this with
    {
        Url = source.Url,
        Credentials = source.Credentials,
        Transport = source.Transport,
        TunnelPort = source.TunnelPort,
        InsecureTls = source.InsecureTls,
        TlsFingerprint = source.TlsFingerprint,
        Dscp = source.Dscp,
        AsksForKeyFrames = source.AsksForKeyFrames,
        BackChannel = source.BackChannel,
        MayBeProbed = source.MayBeProbed,
        Alternatives = [],
    };
}
