namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of what measures and limits what goes out: there is no limit.</summary>
internal sealed class MountEgress
{
    public void Note(int viewers) => ArgumentOutOfRangeException.ThrowIfNegative(viewers);

    public bool Admits(int viewers) => viewers > 0;
}
