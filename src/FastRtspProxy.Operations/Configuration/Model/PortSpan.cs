namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>First and last port, both included.</summary>
internal readonly record struct PortSpan(int First, int Last)
{
    public override string ToString() => $"{First}-{Last}";
}
