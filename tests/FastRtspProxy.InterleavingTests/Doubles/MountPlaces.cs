namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of a stream's own limit of viewers, which says what it refuses.</summary>
internal sealed class MountPlaces(MountSettings settings)
{
    public bool Admit(int viewers) => viewers <= settings.ClientsMax;
}
