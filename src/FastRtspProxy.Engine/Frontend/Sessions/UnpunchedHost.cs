using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A clients' host with tracks of which no punch has come, and the punches from it that could not be told whose they are, or whether they are any.
/// On its shard only.
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
    private readonly List<RememberedPunch> _punches = [];

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

    private Session? OnlyBeforePlay => OnlySession is { WasPlayed: false } only ? only : null;

    /// <summary>Runs while some of them may be talk; null before the first one.</summary>
    public ShardTimer? Doubts { get; set; }

    /// <summary>Some of them may be talk, and it is too early to tell.</summary>
    public bool AreDoubtful(long nowMicros)
    {
        foreach (RememberedPunch punch in _punches)
        {
            if (punch.IsDoubtful(nowMicros))
            {
                return true;
            }
        }

        return false;
    }

    public RememberedPunch PunchAt(int index) => _punches[index];

    /// <summary>Somebody talks from there: nothing that comes from there is a punch.</summary>
    public bool IsTalk(in PeerAddress from) => IndexOf(from) is >= 0 and int i && _punches[i].Doubt == PunchDoubt.IsTalk;

    /// <summary>A punch that comes again keeps its place: the order tells the tracks apart.</summary>
    public void Remember(in PeerAddress from, long nowMicros)
    {
        ForgetOld(nowMicros);
        if (IndexOf(from) is >= 0 and int i)
        {
            _punches[i] = _punches[i] with { Micros = nowMicros, Doubt = PunchDoubt.None };
            return;
        }

        Add(new RememberedPunch(from, nowMicros, nowMicros) { BeforePlay = OnlyBeforePlay });
    }

    /// <summary>As <see cref="Remember"/>, of what may be talk.</summary>
    public void RememberDoubtful(in PeerAddress from, in TalkTrace trace, long nowMicros)
    {
        ForgetOld(nowMicros);
        if (IndexOf(from) is >= 0 and int i)
        {
            _punches[i] = _punches[i].With(trace, nowMicros);
            return;
        }

        Add(new RememberedPunch(from, nowMicros, nowMicros) { Doubt = PunchDoubt.MayBeTalk, Trace = trace, BeforePlay = OnlyBeforePlay });
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

    private int IndexOf(in PeerAddress from)
    {
        for (int i = 0; i < _punches.Count; i++)
        {
            if (_punches[i].From.Equals(from))
            {
                return i;
            }
        }

        return -1;
    }

    private void Add(in RememberedPunch punch)
    {
        if (_punches.Count == PunchesMax)
        {
            _punches.RemoveAt(0);
        }

        _punches.Add(punch);
    }
}
