namespace FastRtspProxy.Net;

/// <summary>Makes `await` in engine code resume on the shard where it began.</summary>
internal sealed class ShardSynchronizationContext(Shard shard) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => shard.Post(new ContinuationWork(d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A shard is never waited for.");

    public override SynchronizationContext CreateCopy() => this;
}
