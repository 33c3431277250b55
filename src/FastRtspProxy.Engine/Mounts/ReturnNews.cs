using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// A switch that was away takes its cameras with it, and brings them back together. The first of them that answers tells the others, which wait up to
/// half a minute for their next attempt by then. News that proves to be of no use to a camera hurries it less and less, so one that comes and goes
/// all the time does not have a dead recorder's channels tried as often. On the mount's shard.
/// </summary>
internal sealed class ReturnNews(OpenPacer pacer, Shard shard, ShardSignal signal) : IDisposable
{
    /// <summary>How soon after a failed attempt news may have the next one made; twice as long after each that failed all the same.</summary>
    private static readonly TimeSpan s_distanceMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_distanceMax = TimeSpan.FromSeconds(32);

    /// <summary>After so long without an attempt that news hurried, the next news is as good as the first.</summary>
    private static readonly TimeSpan s_forgotten = TimeSpan.FromMinutes(1);

    /// <summary>The last attempt to reach the camera failed; one that only went away and answers again says nothing of others.</summary>
    private bool _isLost;

    /// <summary>Who is told while the mount waits; null: it does not.</summary>
    private Action? _listener;

    /// <summary>When an attempt that news hurried last failed; without meaning while <see cref="Distance"/> is the least.</summary>
    private long _hurriedMicros;

    /// <summary><see cref="OpenPacer.Returns"/> when the attempt began that failed; null: it did not fail, or there was none.</summary>
    private int? _returnsBefore;

    /// <summary>Another camera is back since the last attempt began, which failed, or since <see cref="Listen"/>.</summary>
    public bool IsHeard { get; private set; }

    /// <summary>How soon after the last attempt, which failed, the next one may be made for that.</summary>
    public TimeSpan Distance { get; private set; } = s_distanceMin;

    /// <summary>An attempt begins. It may fail for what was so when it began, and end seconds after another camera was back.</summary>
    public void OnBegun() => _returnsBefore = pacer.Returns;

    /// <summary>An attempt was made.</summary>
    public void OnOpened(BackendFailure? failure)
    {
        if (failure is null && _isLost)
        {
            pacer.TellReturn();
        }

        _isLost = failure is not null && IsOfNetwork(failure);
        if (failure is null)
        {
            Distance = s_distanceMin;
            _returnsBefore = null;
        }
        else if (IsHeard)
        {
            _hurriedMicros = shard.NowMicros;
            Distance = TimeSpan.FromTicks(Math.Min(2 * Distance.Ticks, s_distanceMax.Ticks));
        }
    }

    /// <summary>The mount waits until its next attempt; disposed when it has waited. What came back during the last one is news, too.</summary>
    public ReturnNews Listen(BackendFailure failure)
    {
        IsHeard = false;
        if (shard.NowMicros - _hurriedMicros > (long)s_forgotten.TotalMicroseconds)
        {
            Distance = s_distanceMin;
        }

        if (IsOfNetwork(failure))
        {
            _listener = () => shard.Post(Hear);
            int returns = pacer.HearReturns(_listener);
            IsHeard = _returnsBefore is { } before && returns != before;
        }

        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            pacer.ForgetReturns(listener);
        }
    }

    private static bool IsOfNetwork(BackendFailure failure) => failure.Kind is
        BackendFailureKind.Unreachable or BackendFailureKind.NoAnswer or BackendFailureKind.ConnectionLost or BackendFailureKind.Silent;

    private void Hear()
    {
        IsHeard = true;
        signal.Set();
    }
}
