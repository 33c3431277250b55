namespace FastRtspProxy.Net;

/// <summary>
/// How soon the kernel finds a silent peer dead, tcp(7): it asks after <paramref name="IdleSeconds"/> without a word, asks <paramref name="Probes"/>
/// times every <paramref name="IntervalSeconds"/>, and ends the connection an interval after the last. Whole seconds, as the kernel takes them.
/// </summary>
internal readonly record struct KeepAlive(int IdleSeconds, int IntervalSeconds, int Probes)
{
    /// <summary>A peer that vanished is found out so long after its last sign of life.</summary>
    public TimeSpan End => TimeSpan.FromSeconds(IdleSeconds + (IntervalSeconds * Probes));

    /// <summary>
    /// The TCP_USER_TIMEOUT that goes with it. Where that is set, the kernel does not count probes: it ends the connection at the first one that
    /// finds the peer silent for so long. So it lies between the last probe and the end: shorter, a single lost probe would do; longer, a dead peer
    /// would stay.
    /// </summary>
    public TimeSpan UserTimeout => End - TimeSpan.FromSeconds(IntervalSeconds / 2.0);
}
