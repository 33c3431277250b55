namespace FastRtspProxy.Engine;

/// <summary>In the place of the program's options.</summary>
internal sealed record ProxyOptions(int MaxRegistered);
