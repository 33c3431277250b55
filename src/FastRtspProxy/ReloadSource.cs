using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy;

/// <summary>Where a running program's configuration comes from.</summary>
/// <param name="Source">Reads it again.</param>
/// <param name="Watch">Has it read again; a hang-up of before the program runs is kept there.</param>
/// <param name="Started">What the program was started with.</param>
internal sealed record ReloadSource(ConfigSource Source, FileWatch Watch, ProxyConfig Started);
