namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of what a mount needs to know.</summary>
internal sealed record MountOptions(int ClientsMax = 100, bool AlwaysOn = false)
{
    public MountTimings Timings { get; } = new();
}
