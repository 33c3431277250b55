using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>A configuration in the engine's words. What the engine cannot do yet is <see cref="EngineGaps"/>'.</summary>
internal static class EngineOptions
{
    /// <summary>The port of HTTP, where the tunnel of a camera is expected that nobody gave another one for.</summary>
    private const int TunnelPort = 80;

    public static ProxyOptions Of(ProxyConfig config)
    {
        StreamConfig defaults = config.Defaults;
        return Access(config, new ProxyOptions()) with
        {
            RtspPorts = [.. config.Rtsp.Listen.Select(static point => point.Port)],
            TunnelPorts = config.Rtsp.HttpTunnelPorts,
            BindAddress = config.Rtsp.Address,
            UdpPortFirst = config.Rtsp.UdpPorts.First,
            UdpPortLast = config.Rtsp.UdpPorts.Last,
            Threads = config.Threads ?? 0,
            MemoryBytes = config.Limits.MemoryBytes ?? 0,
            MaxClients = config.Limits.Viewers,
            MaxClientsPerAddress = config.Limits.ViewersPerAddress,
            MaxClientsPerMount = config.Limits.ViewersPerStream,
            SlowTimeout = config.Limits.SlowTimeout,
            AcceptRegister = config.Register.Enabled,
            RegisterCredentials = [.. config.Register.Users.Select(static user => new Credentials(user.Name, user.Password.Value))],
            RegisterFrom = config.Register.From,
            MaxRegistered = config.Register.MaxStreams,
            AllowPrivateRegister = config.Register.AllowPrivate,

            // What follows is that of registered streams; those of the configuration have settings of their own.
            BackendCredentials = CredentialsOf(defaults),
            RegisteredStreamsOverTcp = defaults.Transport == CameraWay.Tcp,
            RegisteredStreamsInsecureTls = !defaults.Tls.Verify,
            Linger = defaults.Linger,
            Hold = defaults.Hold,
            AlwaysOn = defaults.AlwaysOn,
            AnswerTimeout = defaults.AnswerTimeout,
            DeadStreamInterval = defaults.Dead,
            Start = defaults.Start,
            GopCacheBytes = (int)defaults.Keep.Bytes,
            GopCacheDuration = defaults.Keep.Time,
            Streams = [.. config.Streams.Where(static stream => !stream.IsWildcard).Select(stream => StreamOf(stream, config.Limits))],
        };
    }

    /// <summary>One stream, complete.</summary>
    public static StreamOptions StreamOf(StreamConfig stream, LimitsConfig limits)
    {
        return new StreamOptions
        {
            Name = stream.Name,
            Url = stream.Sources[0],
            Credentials = CredentialsOf(stream),
            Transport = stream.Transport switch
            {
                CameraWay.Tcp => BackendTransport.Tcp,
                CameraWay.Http => BackendTransport.HttpTunnel,
                _ => BackendTransport.Udp,
            },
            TunnelPort = stream.Transport == CameraWay.Http ? stream.TunnelPort ?? TunnelPort : 0,
            InsecureTls = !stream.Tls.Verify,
            Settings = SettingsOf(stream, limits),
        };
    }

    /// <summary>What can change of a stream while it is watched.</summary>
    public static StreamSettings SettingsOf(StreamConfig stream, LimitsConfig limits)
    {
        return new StreamSettings
        {
            AlwaysOn = stream.AlwaysOn,
            Linger = stream.Linger,
            Hold = stream.Hold,
            DeadStreamInterval = stream.Dead,
            AnswerTimeout = stream.AnswerTimeout,
            Start = stream.Start,
            GopCacheBytes = (int)stream.Keep.Bytes,
            GopCacheDuration = stream.Keep.Time,
            MaxClients = stream.MaxViewers ?? limits.ViewersPerStream,
        };
    }

    /// <summary>
    /// Who may watch, as far as the engine knows it: users with plain passwords who may watch everything. The rest of the model (roles, networks,
    /// hashes, the external answer; egress, DSCP and rules beside it) is mapped here when the engine has it, and its line leaves <see
    /// cref="EngineGaps"/>.
    /// </summary>
    private static ProxyOptions Access(ProxyConfig config, ProxyOptions options) => options with
    {
        ClientCredentials = [.. config.Auth.Users.Select(static user => new Credentials(user.Name, user.Passwords[0].Value.Value))],
        OfferSha256 = config.Auth.Digest.Contains(DigestAlgorithm.Sha256),
    };

    private static Credentials? CredentialsOf(StreamConfig stream) =>
        stream.UserName is { } user ? new Credentials(user, stream.Password?.Value ?? "") : null;
}
