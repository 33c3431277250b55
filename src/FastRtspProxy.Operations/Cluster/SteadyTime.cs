namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// The time of day as it was when this began, and the steady clock from there on: whoever sets the clock of the machine changes nothing of what boxes
/// think of each other's requests, and makes none fresh again that was read before. By how much the boxes differ they ask each other.
/// </summary>
internal sealed class SteadyTime(TimeProvider time)
{
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly long _since = time.GetTimestamp();

    public DateTimeOffset Now => _began + time.GetElapsedTime(_since);
}
