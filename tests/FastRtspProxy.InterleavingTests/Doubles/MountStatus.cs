namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of where a mount stands: its camera plays.</summary>
internal sealed class MountStatus
{
    public MountState State { get; private set; } = MountState.Playing;

    public bool IsStopping { get; set; }

    public bool Serves => State == MountState.Playing;

    public void Move(MountState to, int clients) => State = clients >= 0 ? to : throw new ArgumentOutOfRangeException(nameof(clients));
}
