using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// What a mount goes by now. It is changed as a whole, on the mount's shard, while cameras and clients are there; so whoever needs a value reads it
/// when it needs it, and keeps no copy.
/// </summary>
internal sealed class MountSettings
{
    private MountOptions _now;

    public MountSettings(MountOptions first)
    {
        _now = first;
        Sources = first.Sources;
        Order = new SourceOrder(Sources.Count);
    }

    /// <summary>The path; never changed.</summary>
    public string Name => _now.Name;

    /// <summary>The back-ends, the best first.</summary>
    public IReadOnlyList<MountSource> Sources { get; private set; }

    /// <inheritdoc cref="SourceOrder"/>
    public SourceOrder Order { get; }

    /// <summary>How the stream is reached: the camera, or the box that owns it.</summary>
    public BackendOptions Backend => Relayed ?? Camera;

    /// <summary>How the source is reached that is in use, or to be opened next, while the cameras are ours to read.</summary>
    public BackendOptions Camera => Sources[Order.Current].Backend;

    /// <summary>
    /// The box that the stream is taken from in place of the camera; null: the camera is ours to read. Set by <see cref="CameraSource"/>.
    /// </summary>
    public BackendOptions? Relayed { get; set; }

    /// <inheritdoc cref="BackendOptions.MayAsk"/>
    public Func<bool>? MayAsk { get; set; }

    /// <summary>The same for a session that begins now: where several boxes share the cameras, it asks only for as long as it may.</summary>
    public BackendOptions Allowed(BackendOptions backend) => MayAsk is { } mayAsk ? backend with { MayAsk = mayAsk } : backend;

    /// <inheritdoc cref="MountOptions.Owners"/>
    public ICameraOwners? Owners => _now.Owners;

    /// <inheritdoc cref="StreamOptions.StopsWhenAlone"/>
    public bool StopsWhenAlone => _now.StopsWhenAlone;

    /// <inheritdoc cref="MountOptions.AcrossSizes"/>
    public bool AcrossSizes => _now.AcrossSizes;

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

    /// <inheritdoc cref="StreamSettings.Multicast"/>
    public MulticastOptions? Multicast => _now.Multicast;

    /// <inheritdoc cref="MountOptions.CatchUpBudget"/>
    public CatchUpBudget? CatchUpBudget => _now.CatchUpBudget;

    /// <inheritdoc cref="MountOptions.ClientsMax"/>
    public int ClientsMax => _now.ClientsMax;

    /// <summary>Goes by other options from now on. False: the source in use is another one, or reached in another way.</summary>
    /// <param name="to">Of the same mount.</param>
    /// <param name="before">
    /// For each source its place until now: what was learnt of it stays, and its session goes on. Below 0: it is another one, of which nothing that
    /// was learnt counts.
    /// </param>
    public bool Change(MountOptions to, IReadOnlyList<int> before)
    {
        IReadOnlyList<MountSource> next = to.Sources;
        Sources = [.. next.Select((source, i) => before[i] < 0 ? source : Kept(Sources[before[i]], source))];
        _now = to;
        return Order.Change(before);
    }

    private static MountSource Kept(MountSource known, MountSource next)
    {
        known.Backend.Timings.DeadStream = next.Backend.Timings.DeadStream;
        known.Backend.Timings.Answer = next.Backend.Timings.Answer;
        return next with { Backend = known.Backend, State = known.State };
    }
}
