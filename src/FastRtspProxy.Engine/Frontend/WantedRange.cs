namespace FastRtspProxy.Engine.Frontend;

/// <summary>What of a stream a PLAY asks for. The default asks for what comes from now on.</summary>
/// <param name="FromMicros">What came at that moment of the shards' clock, and since; null: none is named.</param>
/// <param name="ToMicros">Nothing that comes after that moment; null: there is no end.</param>
/// <param name="IsRateControlled">True: the past as slowly as it came; false: in haste; null: nothing is said of it.</param>
internal readonly record struct WantedRange(long? FromMicros, long? ToMicros, bool? IsRateControlled)
{
    /// <summary><see cref="ToMicros"/> as the client said it.</summary>
    public DateTimeOffset? To { get; init; }
}
