namespace FastRtspProxy.Operations.Events;

/// <summary>What a reader gets at once.</summary>
/// <param name="Events">In their order; empty: only the time is over.</param>
/// <param name="Missed">Events before them that the reader came too late for.</param>
internal readonly record struct EventBatch(IReadOnlyList<ProxyEvent> Events, long Missed);
