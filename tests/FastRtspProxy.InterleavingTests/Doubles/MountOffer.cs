namespace FastRtspProxy.Engine.Mounts;

/// <summary>Of one shape for ever.</summary>
internal sealed class MountOffer
{
    public int Shape => 0;
}
