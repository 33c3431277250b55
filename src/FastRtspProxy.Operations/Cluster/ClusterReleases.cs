namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Streams that this box lets go: told to the engine until it has heard it. One that it has not heard of stays this box's there, so that no other
/// box ever claims it, and is not served here. Any thread.
/// </summary>
internal sealed class ClusterReleases(ClusterNode node, IOwnership engine, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>That stream is anybody's, as far as this box is its owner under that epoch.</summary>
    public void Begin(string stream, long epoch) => _ = RunAsync(stream, epoch);

    /// <summary>
    /// A claim whose answer was lost, of a stream that has gone from here since: as long as it is ours nobody else can have it. In the turn.
    /// </summary>
    public void LeaveOrphan(string stream, OwnerRecord owner)
    {
        if (owner.IsOurs && node.Find(stream) is null)
        {
            Begin(stream, owner.Epoch);
        }
    }

    /// <summary>What was not heard ends with the box's lease.</summary>
    public async ValueTask DisposeAsync() => await _stop.CancelAsync();

    private async Task RunAsync(string stream, long epoch)
    {
        try
        {
            while (!await engine.ReleaseAsync(stream, epoch))
            {
                await Task.Delay(ClusterTimings.ClaimRetry, time, _stop.Token);
                if (await node.OwnsAsync(stream, epoch))
                {
                    return; // it was claimed again meanwhile, and that found the key which is there still
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
