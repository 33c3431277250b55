namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>A key with what stands behind it.</summary>
internal sealed record ConfigEntry(string Key, ConfigPlace Place, ConfigNode Value);
