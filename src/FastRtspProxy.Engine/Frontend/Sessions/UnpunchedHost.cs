using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A clients' host with tracks of which no punch has come, and the punches from it that could not be told whose they are. On its shard only.
/// </summary>
internal sealed class UnpunchedHost
{
    /// <summary>
    /// Players punch once or twice for each track; of more, the oldest are forgotten. Together with the limit of clients it bounds what punches may
    /// keep.
    /// </summary>
    private const int PunchesMax = 8;

    /// <summary>
    /// How long a punch is remembered. A NAT keeps a way open for half a minute at least after the last datagram (RFC 4787, 4.3: two minutes), and
    /// evidence of the NAT comes within two intervals of RTCP.
    /// </summary>
    private static readonly long s_rememberedMicros = (long)TimeSpan.FromSeconds(10).TotalMicroseconds;

    /// <summary>The oldest first, no address twice.</summary>
    private readonly List<(PeerAddress From, long Micros)> _punches = [];

    /// <summary>In the order of their SETUPs. Never empty while the host is known to the directory.</summary>
    public List<SessionTrack> Tracks { get; } = [];

    public int PunchCount => _punches.Count;

    /// <summary>The one session that all the tracks are of; null: there are several.</summary>
    public Session? OnlySession
    {
        get
        {
            Session? only = null;
            foreach (SessionTrack track in Tracks)
            {
                if (only is not null && only != track.Session)
                {
                    return null;
                }

                only = track.Session;
            }

            return only;
        }
    }

    public PeerAddress PunchAt(int index) => _punches[index].From;

    /// <summary>A punch that comes again keeps its place: the order tells the tracks apart.</summary>
    public void Remember(in PeerAddress from, long nowMicros)
    {
        ForgetOld(nowMicros);
        for (int i = 0; i < _punches.Count; i++)
        {
            if (_punches[i].From.Equals(from))
            {
                _punches[i] = (from, nowMicros);
                return;
            }
        }

        if (_punches.Count == PunchesMax)
        {
            _punches.RemoveAt(0);
        }

        _punches.Add((from, nowMicros));
    }

    public void RemovePunch(int index) => _punches.RemoveAt(index);

    public void ForgetPunches() => _punches.Clear();

    public void ForgetOld(long nowMicros)
    {
        for (int i = _punches.Count - 1; i >= 0; i--)
        {
            if (nowMicros - _punches[i].Micros > s_rememberedMicros)
            {
                _punches.RemoveAt(i);
            }
        }
    }
}
