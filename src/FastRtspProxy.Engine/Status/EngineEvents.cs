using System.Net;

namespace FastRtspProxy.Engine.Status;

/// <summary>Tells what happens to whoever listens; nothing is made where nobody does. Any thread.</summary>
internal sealed class EngineEvents(TimeProvider time)
{
    /// <inheritdoc cref="EngineStatus.Happened"/>
    public event Action<EngineEvent>? Happened;

    /// <summary>Of a stream.</summary>
    public void Tell(EngineEventKind kind, string stream, string? reason = null) =>
        Happened?.Invoke(new EngineEvent(kind, time.GetUtcNow(), stream) { Reason = reason });

    /// <summary>Of a viewer.</summary>
    public void TellOfViewer(EngineEventKind kind, string? stream, IPAddress address, string? viewer, string? way, string? reason) =>
        Happened?.Invoke(new EngineEvent(kind, time.GetUtcNow(), stream) { Viewer = viewer, Address = address, Way = way, Reason = reason });

    /// <summary>As it was made elsewhere.</summary>
    public void Tell(EngineEvent what) => Happened?.Invoke(what);
}
