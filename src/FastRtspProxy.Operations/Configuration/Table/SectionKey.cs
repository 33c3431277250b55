using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with a section.</summary>
/// <param name="name">The key.</param>
/// <param name="shape">The section's keys.</param>
/// <param name="get">The section where nothing is said: its own keys change that one.</param>
/// <param name="set">The owner with the section.</param>
internal sealed class SectionKey<TOwner, TSection>(
    string name, ConfigShape<TSection> shape, Func<TOwner, TSection> get, Func<TOwner, TSection, TOwner> set) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Section;

    public override IReadOnlyList<ConfigKey> Children => shape.Keys;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading) =>
        set(owner, Shorthand is { } only && node is ConfigScalar { IsNull: false }
            ? shape.Keys.Single(key => key.Name == only).Read(get(owner), node, path, reading)
            : shape.Read(node, get(owner), path, reading));

    public override void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes) =>
        shape.Compare(get(old), get(next), path, changes);

    public override TOwner WithRestartKeysOf(TOwner next, TOwner old) =>
        shape.HasRestartKeys ? set(next, shape.WithRestartKeysOf(get(next), get(old))) : next;

    public override void Show(TOwner owner, JsonObject into)
    {
        JsonObject shown = shape.Show(get(owner));
        bool isShort = Shorthand is { } only && shape.Show(get(owner), shape.Defaults).All(said => said.Key == only);
        into[Name] = isShort ? shown[Shorthand!]?.DeepClone() : shown;
    }

    public override void SetDefault(TOwner owner)
    {
        // The section's keys have theirs.
    }
}
