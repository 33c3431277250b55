namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Judges by what a client's host says of its RTP ports whether a viewer over UDP has gone. Pure: times and counts in, a verdict out. It has gone
/// when nothing was heard of it for 15 s, and its host said meanwhile, again and again for some seconds, that nobody listens at the port of each
/// track that was sent. A player that left one of its tracks' ports closed is still there; one that opens its ports anew is heard or stops being
/// reported.
/// </summary>
internal sealed class RtpPortWatch
{
    /// <summary>
    /// A viewer of which a request or RTCP was heard so lately is there, whatever its host says of its ports: three times the interval of RTCP (RFC
    /// 3550, 6.2).
    /// </summary>
    public static readonly TimeSpan Heard = TimeSpan.FromSeconds(15);

    /// <summary>A host says once a second to one address that a port is closed (icmp_ratelimit, icmp(7)), however many datagrams it gets.</summary>
    private const int ReportsMin = 3;

    private static readonly long s_heardMicros = (long)Heard.TotalMicroseconds;
    private static readonly long s_forMicros = (long)TimeSpan.FromSeconds(3).TotalMicroseconds;

    /// <summary>After so long without a report the next one begins anew: the port was open meanwhile, or nothing was sent.</summary>
    private static readonly long s_gapMicros = (long)TimeSpan.FromSeconds(5).TotalMicroseconds;

    /// <summary>By track: packets sent before the run of reports began.</summary>
    private long[] _sentBefore = [];

    /// <summary>Reports of this run; 0: there is none.</summary>
    private int _reports;
    private long _firstMicros;
    private long _lastMicros;

    /// <summary>One bit for each track whose port was reported closed in this run.</summary>
    private uint _closed;

    /// <summary>The host says that nobody listens at the RTP port of these tracks. True: the viewer has gone.</summary>
    /// <param name="tracks">One bit for each track at that port.</param>
    /// <param name="playing">One bit for each track that is being sent.</param>
    /// <param name="sent">By track, packets sent so far.</param>
    /// <param name="heardMicros">When the viewer was last heard of.</param>
    /// <param name="nowMicros">Now.</param>
    public bool OnClosed(uint tracks, uint playing, ReadOnlySpan<long> sent, long heardMicros, long nowMicros)
    {
        if (_reports == 0 || heardMicros > _firstMicros || nowMicros - _lastMicros > s_gapMicros)
        {
            (_reports, _closed, _firstMicros) = (0, 0, nowMicros);
            _sentBefore = sent.ToArray();
        }

        _reports++;
        _lastMicros = nowMicros;
        _closed |= tracks;
        return nowMicros - heardMicros >= s_heardMicros && nowMicros - _firstMicros >= s_forMicros && _reports >= ReportsMin
            && (playing & Sent(sent) & ~_closed) == 0;
    }

    private uint Sent(ReadOnlySpan<long> sent)
    {
        uint tracks = 0;
        for (int t = 0; t < sent.Length && t < 32; t++)
        {
            long before = t < _sentBefore.Length ? _sentBefore[t] : 0;
            tracks |= sent[t] > before ? 1u << t : 0;
        }

        return tracks;
    }
}
