namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of what a mount goes by.</summary>
internal sealed record MountSettings(int ClientsMax = 100, bool AlwaysOn = false)
{
    public MountTimings Timings { get; } = new();
}
