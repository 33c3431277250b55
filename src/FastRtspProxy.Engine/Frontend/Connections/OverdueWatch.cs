using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// When a client has let us wait for too long: with half a request, with silence, with answers that it does not take; and one that has gone while a
/// request of it is in hand. Asked about once a second. On the connection's shard.
/// </summary>
internal sealed class OverdueWatch(ControlStream stream, ClientLimits limits)
{
    private const long Never = StreamInput.Never;

    /// <summary>When the last byte came; before the first, when the connection was taken.</summary>
    private long _heardMicros = stream.Shard.NowMicros;

    /// <summary>Since when there is a part of a message that is not whole; <see cref="Never"/> while there is none.</summary>
    private long _halfSinceMicros = Never;

    /// <summary>Since when a request of it is in hand that its handler waits with; <see cref="Never"/> while none is.</summary>
    private long _inHandSinceMicros = Never;
    private StuckWatch _stuck; // mutable struct: not readonly

    /// <summary>What the connection ends by if it is overdue: what can still be said to the client depends on it.</summary>
    public ConnectionEnd Cause =>
        _inHandSinceMicros != Never && stream.PeerEnded.IsCompleted ? ConnectionEnd.PeerClosed
        : stream.IsParked ? ConnectionEnd.NotReading
        : HalfSinceMicros != Never ? ConnectionEnd.HalfRequest
        : ConnectionEnd.Idle;

    /// <summary>Half a request, or half a TLS record, in which one may stand.</summary>
    private long HalfSinceMicros => Math.Min(_halfSinceMicros, stream.PartSinceMicros);

    /// <summary>A byte has come.</summary>
    public void OnHeard(long nowMicros) => _heardMicros = nowMicros;

    /// <summary>What came ends with a part of a message (true), or with a whole one.</summary>
    public void OnRead(bool endsWithPart, long nowMicros) => _halfSinceMicros = endsWithPart ? Math.Min(_halfSinceMicros, nowMicros) : Never;

    /// <summary>The handler of a request waits for something.</summary>
    public void OnInHand(long nowMicros) => _inHandSinceMicros = nowMicros;

    /// <summary>The handler is done.</summary>
    public void OnAnswered() => _inHandSinceMicros = Never;

    /// <summary>
    /// True when a limit is exceeded. A line that is down is not a client that takes nothing: after 15 s without one, TCP tries again when 25 s are
    /// over, and until then TCP_USER_TIMEOUT decides (<see cref="FrontendLimits.UserTimeoutFor"/>).
    /// </summary>
    /// <param name="nowMicros">On the shard's clock.</param>
    /// <param name="idleMax">How long it may be silent; null: as long as it likes.</param>
    public bool IsOverdue(long nowMicros, TimeSpan? idleMax)
    {
        bool isStuck = _stuck.IsStuck(nowMicros, stream.IsParked, stream.BytesAccepted, limits.Now.SlowTimeout);
        if (_stuck.IsInDoubt(nowMicros) && stream.IsLineDown)
        {
            _stuck.OnLineDown(nowMicros);
            isStuck = false;
        }

        return IsLater(nowMicros, HalfSinceMicros, FrontendLimits.HalfRequest)
            || (stream.PeerEnded.IsCompleted && IsLater(nowMicros, _inHandSinceMicros, FrontendLimits.EndedPeer))
            || (idleMax is { } idle && IsLater(nowMicros, _heardMicros, idle))
            || isStuck;
    }

    private static bool IsLater(long nowMicros, long sinceMicros, TimeSpan limit) =>
        sinceMicros != Never && nowMicros - sinceMicros > (long)limit.TotalMicroseconds;
}
