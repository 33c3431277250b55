using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// A switch that was away takes its cameras with it, and brings them back together. The first of them that answers tells the others, which wait up to
/// half a minute for their next attempt by then. On the mount's shard.
/// </summary>
internal sealed class ReturnNews(OpenPacer pacer, Shard shard, ShardSignal signal) : IDisposable
{
    /// <summary>The last attempt to reach the camera failed; one that only went away and answers again says nothing of others.</summary>
    private bool _isLost;

    /// <summary>Who is told while the mount waits; null: it does not.</summary>
    private Action? _listener;

    /// <summary>Another camera is back since <see cref="Listen"/>.</summary>
    public bool IsHeard { get; private set; }

    /// <summary>An attempt was made.</summary>
    public void OnOpened(BackendFailure? failure)
    {
        if (failure is null && _isLost)
        {
            pacer.TellReturn();
        }

        _isLost = failure is not null && IsOfNetwork(failure);
    }

    /// <summary>The mount waits until its next attempt; disposed when it has waited.</summary>
    public ReturnNews Listen(BackendFailure failure)
    {
        IsHeard = false;
        if (IsOfNetwork(failure))
        {
            _listener = () => shard.Post(Hear);
            pacer.HearReturns(_listener);
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
