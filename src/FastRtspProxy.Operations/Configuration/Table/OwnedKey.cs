using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key of a section that is a <typeparamref name="TOwner"/> in the model.</summary>
internal abstract class OwnedKey<TOwner>(string name) : ConfigKey(name)
{
    /// <summary>The owner with what the node says. What is wrong goes to the reading, and the owner comes back as it was.</summary>
    public abstract TOwner Read(TOwner owner, ConfigNode node, string path, ConfigReading reading);

    /// <summary>Takes the default out of a section that says nothing.</summary>
    public abstract void SetDefault(TOwner owner);
}
