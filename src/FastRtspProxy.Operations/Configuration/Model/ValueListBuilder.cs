namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Makes lists from collection expressions.</summary>
internal static class ValueListBuilder
{
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
