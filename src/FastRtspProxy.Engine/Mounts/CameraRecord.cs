using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What became of a mount's camera, for those who ask from outside, and told when it changes. On the mount's shard.</summary>
internal sealed class CameraRecord(Shard shard, MountSettings settings, IngestCounters counters, EngineEvents events)
{
    /// <summary>Null until the camera was described for the first time, or could not be.</summary>
    private bool? _isUp;

    /// <inheritdoc cref="CameraSteps"/>
    public CameraSteps Steps { get; } = new(shard, settings);

    /// <summary>The camera was described, and no outage has begun since.</summary>
    public bool IsUp => _isUp == true;

    /// <summary>The newest failure; null: there was none.</summary>
    public StreamFailure? LastError { get; private set; }

    /// <summary>Failures in a row that a wait followed.</summary>
    public int Attempts { get; private set; }

    /// <summary>When the next attempt is made at the latest; null: none is waited for.</summary>
    public DateTimeOffset? NextAttempt { get; private set; }

    /// <summary>Sessions that were lost after they had been described.</summary>
    public long SessionsLost { get; private set; }

    /// <summary>An attempt failed, or a session was lost.</summary>
    public void OnLost(BackendFailure failure, bool wasDescribed)
    {
        CameraFailure kind = CameraFault.Of(failure);
        counters.Failures[(int)kind]++;
        SessionsLost += wasDescribed ? 1 : 0;
        if (failure.NextWay is null)
        {
            LastError = new StreamFailure(shard.UtcNow, CameraFailures.NameOf(kind), failure.Message);
        }
    }

    /// <summary>After a failure the next attempt waits for so long.</summary>
    public void OnWait(BackendFailure failure, TimeSpan wait)
    {
        NextAttempt = shard.UtcNow + wait;
        OnDown(failure);
    }

    /// <summary>An attempt has failed, and the next is somebody else's affair.</summary>
    public void OnDown(BackendFailure failure)
    {
        Attempts++;
        if (_isUp != false)
        {
            _isUp = false;
            events.Tell(EngineEventKind.StreamDown, settings.Name, failure.Message);
        }
    }

    /// <summary>Another one of several sources is in use.</summary>
    public void OnOtherSource(int number, int count, string? why) =>
        events.Tell(EngineEventKind.StreamSource, settings.Name, $"source {number} of {count} is in use: {why}");

    /// <summary>The wait is over.</summary>
    public void OnAttempt() => NextAttempt = null;

    /// <summary>The camera is there.</summary>
    public void OnUp()
    {
        Attempts = 0;
        if (_isUp != true)
        {
            _isUp = true;
            events.Tell(EngineEventKind.StreamUp, settings.Name);
        }
    }
}
