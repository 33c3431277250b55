using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Says how much of a stream is really kept for those who begin in the past, when that becomes known and when it changes. On the mount's shard.
/// </summary>
internal sealed class KeptNews(Shard shard, MountSettings settings, PacketRing ring, ILogger log)
{
    /// <summary>It is told apart from what is wanted by a tenth: a slab goes as a whole.</summary>
    private const double Enough = 0.9;

    /// <summary>What was cut so long ago says nothing of now.</summary>
    private const long CutMicrosMax = 10_000_000;

    /// <summary>What was said last; null: nothing was.</summary>
    private bool? _isEnough;

    /// <summary>Of how much that was said.</summary>
    private TimeSpan _wanted;

    /// <summary>Looks, every few seconds.</summary>
    public void Note()
    {
        TimeSpan wanted = settings.PastDuration;
        if (wanted <= TimeSpan.Zero || ring.Kept.FromMicros == 0)
        {
            return;
        }

        TimeSpan kept = TimeSpan.FromMicroseconds(Math.Max(0, shard.NowMicros - ring.Kept.FromMicros));
        bool isCut = ring.Kept.CutMicros > 0 && shard.NowMicros - ring.Kept.CutMicros < CutMicrosMax;
        bool? isEnough = kept >= wanted * Enough ? true : isCut ? false : null; // else the camera has not played for so long yet
        if (isEnough is null || (isEnough == _isEnough && wanted == _wanted))
        {
            return;
        }

        _isEnough = isEnough;
        _wanted = wanted;
        double megabytes = ring.Kept.Bytes / 1e6;
        if (isEnough == true)
        {
            MountLog.Keeps(log, settings.Name, kept.TotalSeconds, megabytes);
        }
        else
        {
            MountLog.KeepsLess(log, settings.Name, kept.TotalSeconds, wanted.TotalSeconds, megabytes, ring.KeepBytes / 1e6);
        }
    }
}
