using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>A datagram from an address that nobody announced, for as long as it cannot be told whose it is, or whether it is a punch.</summary>
/// <param name="From">Where it came from.</param>
/// <param name="SinceMicros">When the first one came from there.</param>
/// <param name="Micros">When the newest one came from there.</param>
internal readonly record struct RememberedPunch(PeerAddress From, long SinceMicros, long Micros)
{
    /// <summary>
    /// Who talks sends a packet every 10 to 100 ms. What may be talk is a punch when nothing has gone on from it for so long; then a picture is late,
    /// not lost.
    /// </summary>
    private static readonly long s_doubtMicros = (long)Patience.TotalMicroseconds;

    /// <inheritdoc cref="s_doubtMicros"/>
    public static TimeSpan Patience => TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="PunchDoubt"/>
    public PunchDoubt Doubt { get; init; }

    /// <summary>What it said, where there is doubt.</summary>
    public TalkTrace Trace { get; init; }

    /// <summary>The one session that it could be of, where that had never played: nobody talks before that. Null: else.</summary>
    public Session? BeforePlay { get; init; }

    /// <summary>By now it is known for a punch.</summary>
    public bool IsPunch(long nowMicros) => Doubt != PunchDoubt.IsTalk && !IsDoubtful(nowMicros);

    /// <summary>It may be talk, and it is too early to tell.</summary>
    public bool IsDoubtful(long nowMicros) => Doubt == PunchDoubt.MayBeTalk && nowMicros - SinceMicros < s_doubtMicros;

    /// <summary>The next one from there, which may be talk as well.</summary>
    public RememberedPunch With(in TalkTrace next, long nowMicros) => this with
    {
        Micros = nowMicros,
        Trace = next,
        Doubt = Doubt == PunchDoubt.MayBeTalk && Trace.IsContinuedBy(next) ? PunchDoubt.IsTalk : Doubt,
    };
}
