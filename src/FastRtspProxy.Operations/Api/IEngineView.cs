using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Api;

/// <summary>What requests ask of the running engine, and have it do beside changes of its configuration. Any thread.</summary>
internal interface IEngineView
{
    int RtspPort { get; }

    /// <summary>0: nobody speaks TLS with viewers.</summary>
    int RtspsPort { get; }

    /// <summary>0: RTSP over HTTP comes to the RTSP port alone.</summary>
    int TunnelPort { get; }

    /// <summary>Bytes for media.</summary>
    long MemoryBytes { get; }

    /// <summary>Sessions at this moment.</summary>
    int Viewers { get; }

    /// <summary>Newcomers are told 503.</summary>
    bool IsDraining { get; }

    void Drain(bool drains);

    Task<IReadOnlyList<StreamStatus>> StreamsAsync();

    /// <summary>Null: there is none of that name.</summary>
    Task<StreamStatus?> StreamAsync(string name);

    /// <summary>The oldest first; null: there is no stream of that name.</summary>
    IReadOnlyList<CameraStep>? CameraStepsOf(string name);

    Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream);

    /// <summary>Null: there is none of that id.</summary>
    Task<ViewerStatus?> ViewerAsync(string id);

    /// <summary>False: there is none of that id.</summary>
    Task<bool> EndViewerAsync(string id);

    /// <summary>False: there is no such stream.</summary>
    Task<bool> RestartAsync(string stream);

    /// <summary>In SDP; null: there is no such stream, or its camera has not been described.</summary>
    Task<byte[]?> DescriptionAsync(string stream);
}
