using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What became of one of a mount's sources, for those who ask. On the mount's shard; it lives as long as the source is in the list.
/// </summary>
internal sealed class SourceState
{
    /// <summary>Why it could not be had, or was lost, the last time; null: it was not.</summary>
    public StreamFailure? LastError { get; set; }

    /// <summary>A session with it is being opened, or is there, beside that of the source in use.</summary>
    public bool IsProbed { get; set; }

    /// <summary>Since when that session delivers; null: it does not, or there is none.</summary>
    public DateTimeOffset? DeliversSince { get; set; }
}
