using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of where a mount stands: its camera plays.</summary>
internal sealed class MountStatus
{
    public StreamState State { get; private set; } = StreamState.Playing;

    public bool IsStopping { get; set; }

    public bool Serves => State == StreamState.Playing;

    public void Move(StreamState to, int clients) => State = clients >= 0 ? to : throw new ArgumentOutOfRangeException(nameof(clients));
}
