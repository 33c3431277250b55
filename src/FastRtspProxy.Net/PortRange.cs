namespace FastRtspProxy.Net;

/// <summary>A range of UDP ports, both ends included; 0 to 0 leaves the choice to the kernel.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    /// <summary>The kernel chooses.</summary>
    public static PortRange Ephemeral => new(0, 0);
}
