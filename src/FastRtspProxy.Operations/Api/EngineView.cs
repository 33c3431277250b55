using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Api;

/// <summary>The engine itself.</summary>
internal sealed class EngineView(ProxyEngine engine) : IEngineView
{
    public int RtspPort => engine.RtspPort;

    public int RtspsPort => engine.RtspsPort;

    public int TunnelPort => engine.TunnelPort;

    public long MemoryBytes => engine.MemoryBytes;

    public int Viewers => engine.Viewers;

    public bool IsDraining => engine.IsDraining;

    public void Drain(bool drains) => engine.Drain(drains);

    public Task<IReadOnlyList<StreamStatus>> StreamsAsync() => engine.Status.StreamsAsync();

    public Task<StreamStatus?> StreamAsync(string name) => engine.Status.StreamAsync(name);

    public IReadOnlyList<CameraStep>? CameraStepsOf(string name) => engine.Status.CameraStepsOf(name);

    public Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream) => engine.Status.ViewersAsync(stream);

    public Task<ViewerStatus?> ViewerAsync(string id) => engine.Status.ViewerAsync(id);

    public Task<bool> EndViewerAsync(string id) => engine.Status.EndViewerAsync(id);

    public Task<bool> RestartAsync(string stream) => engine.Status.RestartAsync(stream);

    public Task<byte[]?> DescriptionAsync(string stream) => engine.DescriptionAsync(stream);
}
