namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>Nodes in an order.</summary>
internal sealed class ConfigList(ConfigPlace place, IReadOnlyList<ConfigNode> items) : ConfigNode(place)
{
    public IReadOnlyList<ConfigNode> Items { get; } = items;

    public override string Kind => "a list";

    public override long Weight { get; } = 1 + items.Sum(static item => item.Weight);
}
