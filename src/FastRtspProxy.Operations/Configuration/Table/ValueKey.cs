using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key with one value.</summary>
internal sealed class ValueKey<TOwner, T>(string name, TypeOf<T> type, Func<TOwner, T> get, Func<TOwner, T, TOwner> set) : OwnedKey<TOwner>(name)
{
    public override KeyForm Form => KeyForm.Value;

    public override ConfigType Type => type;

    public override TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading) =>
        type.TryRead(node, path, reading, out T? value) ? set(owner, value) : owner;

    public override void SetDefault(TOwner owner) => DefaultText ??= type.Write(get(owner));
}
