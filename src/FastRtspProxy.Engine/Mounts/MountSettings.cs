using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What a mount goes by now. It is changed as a whole, on the mount's shard, while cameras and clients are there; so whoever needs a value reads it
/// when it needs it, and keeps no copy.
/// </summary>
internal sealed class MountSettings(MountOptions first)
{
    private MountOptions _now = first;

    /// <summary>The path; never changed.</summary>
    public string Name => _now.Name;

    /// <inheritdoc cref="MountOptions.Backend"/>
    public BackendOptions Backend => _now.Backend;

    /// <inheritdoc cref="MountOptions.Timings"/>
    public MountTimings Timings => _now.Timings;

    /// <inheritdoc cref="MountOptions.AlwaysOn"/>
    public bool AlwaysOn => _now.AlwaysOn;

    /// <inheritdoc cref="MountOptions.Start"/>
    public StartMode Start => _now.Start;

    /// <inheritdoc cref="StreamSettings.RecordersGetPast"/>
    public bool RecordersGetPast => _now.RecordersGetPast;

    /// <inheritdoc cref="MountOptions.GopCacheDuration"/>
    public TimeSpan GopCacheDuration => _now.GopCacheDuration;

    /// <inheritdoc cref="StreamSettings.PastDuration"/>
    public TimeSpan PastDuration => _now.PastDuration;

    /// <inheritdoc cref="MountOptions.CatchUpBudget"/>
    public CatchUpBudget? CatchUpBudget => _now.CatchUpBudget;

    /// <inheritdoc cref="MountOptions.ClientsMax"/>
    public int ClientsMax => _now.ClientsMax;

    /// <summary>Goes by other options from now on.</summary>
    /// <param name="to">Of the same mount.</param>
    /// <param name="isOtherCamera">
    /// The camera is another one, or reached in another way: nothing that was learnt of the last one counts. Else its session goes on, and what is
    /// known of it with it.
    /// </param>
    public void Change(MountOptions to, bool isOtherCamera)
    {
        if (isOtherCamera)
        {
            _now = to;
            return;
        }

        BackendOptions backend = _now.Backend;
        backend.Timings.DeadStream = to.Backend.Timings.DeadStream;
        backend.Timings.Answer = to.Backend.Timings.Answer;
        _now = to with { Backend = backend };
    }
}
