using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>The stream's own limit of viewers. On the mount's shard.</summary>
internal sealed class MountPlaces(Shard shard, MountSettings settings, ILogger log)
{
    /// <summary>A refusal is said so often at the most.</summary>
    private const long SaidIntervalMicros = 60_000_000;

    /// <summary>When a refusal was said last; below 0: none was.</summary>
    private long _saidMicros = -1;

    /// <summary>Whether one more may come, to make so many; if not, it is said now and then.</summary>
    public bool Admit(int viewers)
    {
        if (viewers <= settings.ClientsMax)
        {
            return true;
        }

        if (_saidMicros < 0 || shard.NowMicros - _saidMicros >= SaidIntervalMicros)
        {
            _saidMicros = shard.NowMicros;
            MountLog.ViewerRefused(log, settings.Name, settings.ClientsMax);
        }

        return false;
    }
}
