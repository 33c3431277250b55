namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Divides the descriptors of the process between cameras and clients (<see cref="DescriptorBudget"/>), and does so anew whenever streams, or others
/// of the program that have some, come and go: strangers must not hold those of a camera that was added an hour after the start. Any thread.
/// </summary>
/// <param name="limit">How many the process may have open; 0: it is not looked at (tests share one process).</param>
/// <param name="options">The streams of the start, what may be registered, and what is kept for others of the program.</param>
/// <param name="places">Gets what is left for clients.</param>
internal sealed class DescriptorShares(long limit, ProxyOptions options, ConnectionPlaces places)
{
    private readonly Lock _lock = new();

    // All of it under the lock.
    private ProxyOptions _options = options;
    private int _kept = options.KeptDescriptors;

    /// <summary>What was open at the start; below 0: it was not counted yet, and nothing is divided.</summary>
    private long _open = -1;
    private DescriptorBudget _now;

    /// <summary>How they are divided; known once it has started, and where the limit of the process is.</summary>
    public DescriptorBudget Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    /// <summary>Everything of our own is open but the sockets of cameras and multicast groups, and no client was let in so far.</summary>
    /// <param name="count">Tells how many that is; asked where there is a limit.</param>
    public void Begin(Func<long> count) => Change(() => _open = limit > 0 ? count() : -1);

    /// <summary>Others of the program may open so many from now on: connections give way, and get back what is given back.</summary>
    public void Keep(int count) => Change(() => _kept = count);

    /// <summary>These are the streams from now on; those that may be registered besides are as before.</summary>
    public void OnStreams(IReadOnlyList<StreamOptions> streams) => Change(() => _options = _options with { Streams = streams });

    /// <summary>Others may be registered from now on; the streams are as before.</summary>
    public void OnRegistered(ProxyOptions next) => Change(() => _options = next with { Streams = _options.Streams });

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            if (_open >= 0)
            {
                _now = DescriptorBudget.Of(limit, _open + _kept, DescriptorBudget.StreamsOf(_options), DescriptorBudget.PairsOf(_options));
                places.Cap(_now.Connections);
            }
        }
    }
}
