namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The length that a camera's range gives and that a session went far beyond: such a range means nothing, so that the next session, which may be lost
/// at about that time, is not taken for a programme that has ended. Kept for an hour after it was seen last. One for each mount, on its shard;
/// whoever calls says the time.
/// </summary>
internal sealed class OverrunLength
{
    private const long ForgetMicros = TransportChoice.ForgetMicros;

    /// <summary>The length; null: none was overrun.</summary>
    private TimeSpan? _length;

    /// <summary>When a session that had overrun it ended; of no meaning while there is none.</summary>
    private long _seenMicros;

    /// <summary>A session with that length ends, and its media went on for much longer.</summary>
    public void Note(TimeSpan length, long nowMicros) => (_length, _seenMicros) = (length, nowMicros);

    /// <summary>True for a length that means nothing.</summary>
    public bool Has(TimeSpan? length, long nowMicros) => length is not null && length == _length && nowMicros - _seenMicros < ForgetMicros;
}
