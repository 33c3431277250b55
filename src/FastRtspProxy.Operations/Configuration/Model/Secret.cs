namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A text that is never printed: two of them can be compared, and the one place that needs it takes <see cref="Value"/>.</summary>
internal sealed record Secret(string Value)
{
    public override string ToString() => "***";
}
