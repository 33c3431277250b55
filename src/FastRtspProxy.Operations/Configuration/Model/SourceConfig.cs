namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>One of a stream's back-ends. What it does not say itself, the stream says.</summary>
internal sealed record SourceConfig
{
    public string Url { get; init; } = "";

    /// <summary>Null: those of the stream.</summary>
    public string? UserName { get; init; }

    /// <summary>Null: that of the stream, unless there is a user name.</summary>
    public Secret? Password { get; init; }

    public CameraWay? Transport { get; init; }

    public int? TunnelPort { get; init; }

    public SourceTlsConfig Tls { get; init; } = new();

    public bool? KeyFrameRequests { get; init; }

    public int? Dscp { get; init; }

    /// <summary>A session of its own may look whether it delivers while a worse one is in use.</summary>
    public bool? Probe { get; init; }

    public static implicit operator SourceConfig(string url) => new() { Url = url };

    /// <summary>It says nothing but where it is.</summary>
    public bool IsPlain => this == new SourceConfig { Url = Url };

    /// <summary>The URL may hold a password.</summary>
    public override string ToString() => "a source";
}
