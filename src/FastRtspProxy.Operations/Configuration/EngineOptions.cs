using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Cluster.Etcd;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Hooks;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>A configuration in the engine's words.</summary>
internal static class EngineOptions
{
    /// <summary>The port of HTTP, where the tunnel of a camera is expected that nobody gave another one for.</summary>
    private const int TunnelPort = 80;

    /// <summary>Other boxes of a cluster that are asked how they are at once, with some to spare.</summary>
    private const int ClusterPeers = 32;

    public static ProxyOptions Of(ProxyConfig config)
    {
        StreamConfig defaults = config.Defaults;
        AccessRules? access = EngineAccess.Of(config);
        return new ProxyOptions
        {
            Access = access,
            ClientCredentials = access is null
                ? [.. config.Auth.Users.Select(static user => new Credentials(user.Name, user.Passwords[0].Value.Value))]
                : [],
            OfferSha256 = config.Auth.Digest.Contains(DigestAlgorithm.Sha256),
            RegisterCredentials = [.. config.Register.Users.Select(static user => new Credentials(user.Name, user.Password.Value))],
            RtspPorts = [.. config.Rtsp.Listen.Select(static point => point.Port)],
            RtspsPorts = [.. config.Rtsps.Listen.Select(static point => point.Port)],
            Certificates = [.. config.Rtsps.Certificates.Select(static pair => pair.Files)],
            NeedsCertificates = config.Http is { IsOn: true, Tls: true },
            KeptDescriptors = DescriptorsOf(config),
            TlsMinVersion = config.Rtsps.MinVersion,
            TunnelPorts = config.Rtsp.HttpTunnelPorts,
            BindAddress = config.Rtsp.Address,
            ProxyProtocolFrom = config.Rtsp.ProxyProtocol.From,
            WebSocket = config.Rtsp.WebSocket.Enabled
                ? new WebSocketRules { AllowOrigins = config.Rtsp.WebSocket.AllowOrigins, Hosts = config.Http.Hosts }
                : null,
            UdpPortFirst = config.Rtsp.UdpPorts.First,
            UdpPortLast = config.Rtsp.UdpPorts.Last,
            Threads = config.Threads ?? 0,
            Coalesce = config.Coalesce,
            MemoryBytes = config.Limits.MemoryBytes ?? 0,
            MaxClients = config.Limits.Viewers,
            MaxClientsPerAddress = config.Limits.ViewersPerAddress,
            MaxClientsPerMount = config.Limits.ViewersPerStream,
            SlowTimeout = config.Limits.SlowTimeout,
            Egress = new EgressLimits
            {
                PerViewerMbits = MbitsOf(config.Egress.PerViewerBits),
                PerStreamMbits = MbitsOf(config.Egress.PerStreamBits),
                TotalMbits = MbitsOf(config.Egress.TotalBits),
            },
            FrontendDscp = config.Dscp.Viewers,
            AcceptRegister = config.Register.Enabled,
            RegisterFrom = config.Register.From,
            MaxRegistered = config.Register.MaxStreams,
            AllowPrivateRegister = config.Register.AllowPrivate,

            // What follows is that of registered streams; those of the configuration have settings of their own.
            BackendCredentials = CredentialsOf(defaults),
            RegisteredStreamsOverTcp = defaults.Transport == CameraWay.Tcp,
            RegisteredStreamsInsecureTls = !defaults.Tls.Verify,
            RegisteredStreamsDscp = defaults.Dscp ?? config.Dscp.Cameras,
            Linger = defaults.Linger,
            Hold = defaults.Hold,
            AlwaysOn = defaults.AlwaysOn || defaults.Keep.IsPreRoll,
            AnswerTimeout = defaults.AnswerTimeout,
            DeadStreamInterval = defaults.Dead,
            Start = defaults.Start.Mode,
            RecordersGetPast = defaults.Start.Recorders,
            GopCacheBytes = (int)defaults.Keep.Bytes,
            GopCacheDuration = defaults.Keep.Time ?? KeepConfig.Longest,
            PastDuration = defaults.Keep.Time ?? TimeSpan.Zero,
            Multicast = MulticastOf(defaults),
            Streams = [.. config.Streams.Select(stream => StreamOf(stream, config))],
        };
    }

    /// <summary>What is open beside viewers and cameras, at the most: whoever opens it for us, no stranger takes those of a camera with it.</summary>
    private static int DescriptorsOf(ProxyConfig config) =>
        (config.Http.IsOn ? HttpLimits.Descriptors : 0)
        + (config.Auth.External is null ? 0 : ExternalDecision.MaxAsked)
        + (config.Hooks.Count * HookSender.Lanes)
        + (config.Cluster.IsOn ? (config.Cluster.Engine.Endpoints.Count * EtcdClient.Connections) + ClusterPeers : 0);

    /// <summary>One stream, complete.</summary>
    public static StreamOptions StreamOf(StreamConfig stream, ProxyConfig config)
    {
        StreamOptions[] each = [.. stream.Sources.Select(source => SourceOf(stream.With(source), config))];
        return each[0] with { Alternatives = [.. each.Skip(1).SelectMany(static other => other.Sources)] };
    }

    private static StreamOptions SourceOf(StreamConfig stream, ProxyConfig config)
    {
        return new StreamOptions
        {
            Name = stream.Name,
            Url = stream.Sources[0].Url,
            Credentials = CredentialsOf(stream),
            Transport = stream.Transport switch
            {
                CameraWay.Tcp => BackendTransport.Tcp,
                CameraWay.Http => BackendTransport.HttpTunnel,
                _ => BackendTransport.Udp,
            },
            TunnelPort = stream.Transport == CameraWay.Http ? stream.TunnelPort ?? TunnelPort : 0,
            InsecureTls = !stream.Tls.Verify,
            TlsFingerprint = stream.Tls.Fingerprint,
            Dscp = stream.Dscp ?? config.Dscp.Cameras,
            AsksForKeyFrames = stream.KeyFrameRequests,
            BackChannel = stream.BackChannel,
            IsReplay = stream.Replay,
            MayBeProbed = stream.Probe,
            AcrossSizes = stream.AcrossSizes,
            MaxInstances = stream.MaxInstances,
            StopsWhenAlone = StopsWhenAlone(stream, config.Cluster),
            Settings = SettingsOf(stream, config.Limits),
        };
    }

    /// <summary>What can change of a stream while it is watched.</summary>
    public static StreamSettings SettingsOf(StreamConfig stream, LimitsConfig limits)
    {
        return new StreamSettings
        {
            AlwaysOn = stream.AlwaysOn || stream.Keep.IsPreRoll,
            Linger = stream.Linger,
            Hold = stream.Hold,
            DeadStreamInterval = stream.Dead,
            AnswerTimeout = stream.AnswerTimeout,
            Start = stream.Start.Mode,
            RecordersGetPast = stream.Start.Recorders,
            GopCacheBytes = (int)stream.Keep.Bytes,
            GopCacheDuration = stream.Keep.Time ?? KeepConfig.Longest,
            PastDuration = stream.Keep.Time ?? TimeSpan.Zero,
            Multicast = MulticastOf(stream),
            MaxClients = stream.MaxViewers ?? limits.ViewersPerStream,
        };
    }

    private static MulticastOptions? MulticastOf(StreamConfig stream) => !stream.Multicast.IsOn ? null : new MulticastOptions
    {
        Groups = stream.Multicast.Group is null ? stream.Multicast.Groups : null,
        Group = stream.Multicast.Group,
        Port = stream.Multicast.Port,
        Ttl = stream.Multicast.Ttl,
        Interface = stream.Multicast.Interface,
        IsOpen = stream.Multicast.Open,
        HasViewerLimit = stream.MaxViewers is not null,
    };

    /// <summary>What nobody has said follows from the camera: two sessions for a while are harmless where it allows them.</summary>
    private static bool StopsWhenAlone(StreamConfig stream, ClusterConfig cluster) =>
        cluster.IsOn && (stream.WhenAlone ?? cluster.WhenAlone ?? (stream.SingleSession ? WhenAlone.Stop : WhenAlone.Keep)) == WhenAlone.Stop;

    private static double? MbitsOf(long? bits) => bits / 1e6;

    private static Credentials? CredentialsOf(StreamConfig stream) =>
        stream.UserName is { } user ? new Credentials(user, stream.Password?.Value ?? "") : null;
}
