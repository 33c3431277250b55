namespace FastRtspProxy.Engine.Counters;

/// <summary>What a track carries.</summary>
internal enum MediaKind
{
    Video,
    Audio,

    /// <summary>Descriptions of what is seen, and the like.</summary>
    Application,
}
