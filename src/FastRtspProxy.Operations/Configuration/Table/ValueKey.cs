using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with one value.</summary>
internal sealed class ValueKey<TOwner, T>(string name, TypeOf<T> type, Func<TOwner, T> get, Func<TOwner, T, TOwner> set) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Value;

    public override ConfigType Type => type;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading) =>
        type.TryRead(node, path, reading, out T? value) ? set(owner, value) : owner;

    public override void Compare(TOwner old, TOwner next, string path, ICollection<KeyChange> changes)
    {
        if (!EqualityComparer<T>.Default.Equals(get(old), get(next)))
        {
            changes.Add(new KeyChange(path, Effect, type.IsSecret ? "changed" : $"{Show(get(old))} -> {Show(get(next))}"));
        }
    }

    public override TOwner WithRestartKeysOf(TOwner next, TOwner old) => Effect == ConfigEffect.Restart ? set(next, get(old)) : next;

    public override void Show(TOwner owner, JsonObject into)
    {
        if (type.IsSecret)
        {
            ShowSecret(get(owner) is not null, into);
        }
        else
        {
            into[Name] = type.Json(get(owner));
        }
    }

    public override void SetDefault(TOwner owner) => DefaultText ??= type.Write(get(owner));

    private string Show(T value) => type.Write(value) is { } text ? Printable.Line(text) : DefaultText ?? "null";
}
