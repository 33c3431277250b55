using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine;

/// <summary>
/// What a running engine counts, for a page of metrics: plain numbers, each read as it stands, so that a thousand streams cost no turn of a shard but
/// one, and no allocation each.
/// </summary>
internal sealed class EngineCounters(
    StreamLedger ledger, FrontendServer frontend, ShardGroup shards, SlabPool pool, TimeProvider time, long memoryBytes)
{
    /// <summary>Looked at in one turn of a shard: a fraction of a microsecond each.</summary>
    private const int LooksPerTurn = 256;

    /// <summary>A shard that is late is not waited for: what it counted last is told.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc cref="StreamLedger"/>
    public StreamLedger Ledger => ledger;

    /// <inheritdoc cref="FrontendCounters"/>
    public FrontendCounters Frontend => frontend.Counters;

    /// <summary>How many event loops there are.</summary>
    public int ShardCount => shards.Shards.Count;

    /// <summary>Sessions at this moment, those that do not play included.</summary>
    public int Sessions => frontend.Limits.Clients;

    /// <summary>When the engine began.</summary>
    public DateTimeOffset Started { get; } = time.GetUtcNow();

    /// <summary>Descriptors that the process may have open; 0: it is not known.</summary>
    public long DescriptorsMax => Descriptors.Limit;

    /// <summary>How they are divided.</summary>
    internal DescriptorBudget Descriptors => frontend.Descriptors.Now;

    /// <summary>All that media and what clients make us hold may take.</summary>
    public long MemoryBytes => memoryBytes;

    /// <summary>Of media, in slabs that somebody holds.</summary>
    public long SlabBytesRented => pool.RentedBytes;

    /// <summary>Of media, in slabs that wait for the next one.</summary>
    public long SlabBytesFree => Math.Max(0, pool.AllocatedBytes - pool.RentedBytes);

    /// <summary>The most that slabs may take.</summary>
    public long SlabBytesMax => pool.BudgetBytes;

    /// <summary>How long the external decision takes to answer.</summary>
    public DurationHistogram ExternalSeconds => frontend.ExternalSeconds;

    /// <summary>The present moment, for <see cref="Mount.Read"/>.</summary>
    public ShardTime Now => ShardTime.Of(time);

    /// <summary>Of an event loop: how long it worked since it began, in microseconds.</summary>
    public long BusyMicros(int shard) => shards.Shards[shard].BusyMicros;

    /// <summary>How many turns it made.</summary>
    public long Turns(int shard) => shards.Shards[shard].Turn;

    /// <summary>How long the longest turn of the last minute or two was, in microseconds.</summary>
    public long LongestTurnMicros(int shard) => shards.Shards[shard].LongestTurnMicros;

    /// <summary>What its delivery met; null: it serves nobody.</summary>
    public ShardCounters? Delivery(int shard) => frontend.ShardAt(shard)?.FanOuts.Counters;

    /// <summary>Takes up what sessions with cameras count by themselves: one post to each shard, in as many turns as it takes.</summary>
    public async Task RefreshAsync()
    {
        try
        {
            await Task.WhenAll(shards.Shards.Select(RefreshAsync)).WaitAsync(s_wait);
        }
        catch (TimeoutException)
        {
            // What is there is told.
        }
    }

    private Task RefreshAsync(Shard shard) => shard.RunAsync(async () =>
    {
        int looks = 0;
        foreach (Mount mount in ledger.Streams)
        {
            if (mount.Shard == shard)
            {
                mount.NoteCounters();
                if (++looks % LooksPerTurn == 0)
                {
                    await shard.NextTurn();
                }
            }
        }
    });
}
