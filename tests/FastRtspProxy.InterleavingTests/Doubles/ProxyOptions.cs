namespace FastRtspProxy.Engine;

/// <summary>In the place of the program's options.</summary>
internal sealed record ProxyOptions(int MaxRegistered);

/// <summary>In the place of how clients start.</summary>
internal enum StartMode
{
    Live,
}
