namespace FastRtspProxy.Net;

/// <summary>
/// Gives memory back after a crowd or an attack has gone: nothing allocates then, so nothing would collect, and what the pools keep for the next one
/// would stay in the process for days. Asked once a second by one shard; the collection runs elsewhere.
/// </summary>
internal sealed class MemoryTrim
{
    /// <summary>A crowd that leaves less than this behind is not worth a collection.</summary>
    private const int ConnectionsMin = 256;

    /// <summary>
    /// How long after a crowd has gone the collection waits: the crowd may come back at once, and the ends of its connections take a moment.
    /// </summary>
    private const int QuietSeconds = 15;

    /// <summary>The framework's array pool lets go of what was not used for a minute, at a collection.</summary>
    private const int SecondQuietSeconds = 62;

    /// <summary>
    /// Each collection stops the process for a moment. Two crowds in a row get theirs at once; whoever comes and goes only to make us collect gets
    /// one in five minutes.
    /// </summary>
    private const int AtOnceMax = 4;

    /// <inheritdoc cref="AtOnceMax"/>
    private const int RefillSeconds = 300;

    private readonly Action _collect;
    private int _mayCollect = AtOnceMax;
    private int _refillSeconds;
    private int _peak;
    private int _quietSeconds = int.MaxValue;

    public MemoryTrim()
        : this(static () => ThreadPool.UnsafeQueueUserWorkItem(
            static _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true), null))
    {
    }

    /// <param name="collect">What is done, for tests.</param>
    public MemoryTrim(Action collect) => _collect = collect;

    /// <summary>Once a second.</summary>
    /// <param name="connections">How many there are.</param>
    public void OnSecond(int connections)
    {
        if (_mayCollect < AtOnceMax && ++_refillSeconds >= RefillSeconds)
        {
            _mayCollect++;
            _refillSeconds = 0;
        }

        if (connections > _peak)
        {
            _peak = connections;
        }

        if (_peak - connections >= ConnectionsMin)
        {
            // The crowd has gone, or the most of it.
            _peak = connections;
            _quietSeconds = 0;
            return;
        }

        if (_quietSeconds > SecondQuietSeconds)
        {
            return;
        }

        if (++_quietSeconds is QuietSeconds or SecondQuietSeconds && _mayCollect > 0)
        {
            _mayCollect--;
            _collect();
        }
    }
}
