using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>
/// One stream, complete: where it says nothing itself it holds what the defaults said. The defaults themselves are one without a name and a source.
/// </summary>
internal sealed record StreamConfig
{
    /// <summary>The path under which viewers find it, without a leading slash; with one <c>*</c> it is a wildcard.</summary>
    public string Name { get; init; } = "";

    /// <inheritdoc cref="ConfigOrigin"/>
    public ConfigOrigin Origin { get; init; }

    /// <summary>Back-ends, the best first.</summary>
    public ValueList<SourceConfig> Sources { get; init; } = [];

    /// <summary>Viewers play on though another source has pictures of another size.</summary>
    public bool AcrossSizes { get; init; }

    /// <inheritdoc cref="SourceConfig.Probe"/>
    public bool Probe { get; init; } = true;

    /// <summary>For the back-end; credentials in a URL win.</summary>
    public string? UserName { get; init; }

    /// <inheritdoc cref="UserName"/>
    public Secret? Password { get; init; }

    public CameraWay Transport { get; init; } = CameraWay.Auto;

    /// <summary>Of <see cref="CameraWay.Http"/>; null: 80.</summary>
    public int? TunnelPort { get; init; }

    public CameraTlsConfig Tls { get; init; } = new();

    public bool AlwaysOn { get; init; }

    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after which the camera is lost; zero: never.</summary>
    public TimeSpan Dead { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: where the camera offers it.</summary>
    public bool? KeyFrameRequests { get; init; }

    public StartConfig Start { get; init; } = new();

    public KeepConfig Keep { get; init; } = new();

    /// <summary>Null: as many as the limits let one stream have.</summary>
    public int? MaxViewers { get; init; }

    /// <inheritdoc cref="MulticastConfig"/>
    public MulticastConfig Multicast { get; init; } = new();

    /// <summary>Of a wildcard: streams at once.</summary>
    public int MaxInstances { get; init; } = 64;

    /// <summary>The camera is asked for its back channel.</summary>
    public bool BackChannel { get; init; }

    /// <summary>It is a recorder, with which each viewer has a session of its own.</summary>
    public bool Replay { get; init; }

    /// <summary>The camera allows one RTSP session.</summary>
    public bool SingleSession { get; init; }

    /// <summary>In a cluster; null: as the cluster says.</summary>
    public WhenAlone? WhenAlone { get; init; }

    /// <inheritdoc cref="StreamAllowConfig"/>
    public StreamAllowConfig Allow { get; init; } = new();

    /// <summary>Of what is sent to the camera; null: as for all cameras.</summary>
    public int? Dscp { get; init; }

    /// <summary>The stream with one of its sources alone, and what that says itself.</summary>
    public StreamConfig With(SourceConfig source) => this with
    {
        Sources = [source],
        UserName = source.UserName ?? UserName,
        Password = source.Password ?? (source.UserName is null ? Password : null),
        Transport = source.Transport ?? Transport,
        TunnelPort = source.TunnelPort ?? (source.Transport is null ? TunnelPort : null),
        Tls = source.Tls.Over(Tls),
        KeyFrameRequests = source.KeyFrameRequests ?? KeyFrameRequests,
        Dscp = source.Dscp ?? Dscp,
        Probe = source.Probe ?? Probe,
    };

    /// <summary>The name alone: URLs may hold passwords.</summary>
    public override string ToString() => $"stream {Name}";

    /// <summary>True for one that makes streams when they are asked for.</summary>
    public bool IsWildcard => WildcardName.IsPattern(Name);
}
