namespace FastRtspProxy.CommandLine;

/// <summary>First and last port, both included.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public override string ToString() => $"{First}-{Last}";
}
