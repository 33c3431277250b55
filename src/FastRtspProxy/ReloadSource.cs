using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy;

/// <summary>Where a running program's configuration comes from.</summary>
/// <param name="Source">Reads it again.</param>
/// <param name="Started">What the program was started with.</param>
internal sealed record ReloadSource(ConfigSource Source, ProxyConfig Started);
