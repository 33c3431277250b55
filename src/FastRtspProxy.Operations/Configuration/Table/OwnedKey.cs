using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key of a section that is a <typeparamref name="TOwner"/> in the model.</summary>
internal abstract class OwnedKey<TOwner>(string name) : ConfigKey(name)
{
    /// <summary>The owner with what the node says. What is wrong goes to the reading, and the owner comes back as it was.</summary>
    public abstract TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading);

    /// <summary>Adds what two owners say differently.</summary>
    /// <param name="old">As it was.</param>
    /// <param name="next">As it is to be.</param>
    /// <param name="path">Of this key, for the text.</param>
    /// <param name="changes">Gets one entry for each value that differs.</param>
    public abstract void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes);

    /// <summary>The next owner with what the old one had where a change needs a restart.</summary>
    public abstract TOwner WithRestartKeysOf(TOwner next, TOwner old);

    /// <summary>Adds what may be shown of it: in place of a secret stands whether there is one (<c>passwordSet</c>).</summary>
    public abstract void Show(TOwner owner, JsonObject into);

    /// <summary>Takes the default out of a section that says nothing.</summary>
    public abstract void SetDefault(TOwner owner);

    /// <summary>Says of a secret whether there is one.</summary>
    protected void ShowSecret(bool isSet, JsonObject into) => into[Name + "Set"] = isSet;

    /// <summary>The names that came, went and changed, of things that have names.</summary>
    protected static string ChangedNames<TItem>(IEnumerable<TItem> old, IEnumerable<TItem> next, Func<TItem, string> nameOf)
        where TItem : class
    {
        ILookup<string, TItem> before = old.ToLookup(nameOf, StringComparer.Ordinal);
        ILookup<string, TItem> after = next.ToLookup(nameOf, StringComparer.Ordinal);
        string[] words =
        [
            .. after.Where(group => !before.Contains(group.Key)).Select(static group => $"{Printable.Line(group.Key)} added"),
            .. before.Where(group => !after.Contains(group.Key)).Select(static group => $"{Printable.Line(group.Key)} removed"),
            .. after.Where(
                group =>
                    before.Contains(group.Key) && !group.SequenceEqual(before[group.Key])).Select(static group =>
                        $"{Printable.Line(group.Key)} changed"),
        ];
        return words.Length == 0 ? "another order" : string.Join(", ", words);
    }
}
