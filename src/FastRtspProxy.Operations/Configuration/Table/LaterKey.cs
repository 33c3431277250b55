using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>
/// A key that the design has and this version cannot do yet. It is refused by name: taken without a word, it would be believed. When the feature is
/// built, the row becomes one of the other kinds, in its place.
/// </summary>
internal sealed class LaterKey<TOwner>(string name) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Later;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading)
    {
        reading.Error(node.Place, path, $"not in this version ({Text}): take the key out");
        return owner;
    }

    public override void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes)
    {
        // Nobody has it.
    }

    public override TOwner WithRestartKeysOf(TOwner next, TOwner old) => next;

    public override void Show(TOwner owner, JsonObject into)
    {
        // Nobody has it.
    }

    public override void SetDefault(TOwner owner)
    {
        // It has none.
    }
}
