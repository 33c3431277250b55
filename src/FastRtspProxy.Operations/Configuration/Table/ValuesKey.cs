using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with a list of values; a single value is a list of one.</summary>
internal sealed class ValuesKey<TOwner, T>(
    string name, TypeOf<T> type, Func<TOwner, ValueList<T>> get, Func<TOwner, ValueList<T>, TOwner> set) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Values;

    public override ConfigType Type => type;

    /// <summary>The least number of values.</summary>
    public int CountMin { get; init; }

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
        IReadOnlyList<ConfigNode> nodes = node is ConfigList list ? list.Items : [node];
        var values = new List<T>(nodes.Count);
        for (int i = 0; i < nodes.Count; i++)
        {
            string itemPath = node is ConfigList ? ConfigReading.PathOf(path, i) : path;
            reading.Met(itemPath, nodes[i].Place);
            if (type.TryRead(nodes[i], itemPath, reading, out T? value))
            {
                values.Add(value);
            }
        }

        if (nodes.Count < CountMin)
        {
            reading.Error(node.Place, path, "the list is empty: it needs at least one");
        }

        return values.Count == nodes.Count ? set(owner, [.. values]) : owner;
    }

    public override void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes)
    {
        if (!get(old).Equals(get(next)))
        {
            changes.Add(new KeyChange(path, Effect, type.IsSecret ? "changed" : $"{Show(get(old))} -> {Show(get(next))}"));
        }
    }

    public override TOwner WithRestartKeysOf(TOwner next, TOwner old) => Effect == ConfigEffect.Restart ? set(next, get(old)) : next;

    public override void Show(TOwner owner, JsonObject into)
    {
        if (type.IsSecret)
        {
            ShowSecret(get(owner).Count > 0, into);
        }
        else
        {
            into[Name] = new JsonArray([.. get(owner).Select(type.Json)]);
        }
    }

    public override void SetDefault(TOwner owner) => DefaultText ??= Write(get(owner));

    private string Write(ValueList<T> values) => values.Count == 0 ? "[]" : $"[{string.Join(", ", values.Select(type.Write))}]";

    private string Show(ValueList<T> values) => values.Count == 0 && DefaultText is { Length: > 0 } words ? words : Printable.Line(Write(values));
}
