using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which request keeps a camera's session alive, and how often. OPTIONS is LIVE555's choice, but VLC's server and EvoStream count GET_PARAMETER only,
/// and other cameras crash at it: so what the camera says (Public) decides, then what became of the sessions. Lives as long as its mount, because a
/// session that has ended is what teaches most; what harmed is forgotten after <see cref="ForgetMicros"/>. No clock, no sockets; on the mount's
/// shard.
/// </summary>
internal sealed class KeepAliveChoice
{
    /// <summary>An hour, as for ways: by then the camera may have other firmware, or have been restarted out of what it suffered from.</summary>
    public const long ForgetMicros = TransportChoice.ForgetMicros;

    /// <summary>A session without media traffic is asked for at least so often.</summary>
    private static readonly TimeSpan s_intervalMax = TimeSpan.FromSeconds(30);

    /// <summary>And no oftener than this: half of the shortest time-out that can be announced (whole seconds).</summary>
    private static readonly TimeSpan s_intervalMin = TimeSpan.FromMilliseconds(500);

    /// <summary>An end within so long after a request is taken for its consequence, when it happens twice in a row.</summary>
    private static readonly TimeSpan s_consequenceMax = TimeSpan.FromSeconds(2);

    private static readonly string[] s_listed = [RtspMethod.GetParameter, RtspMethod.Options, RtspMethod.SetParameter];
    private static readonly string[] s_unlisted = [RtspMethod.Options, RtspMethod.SetParameter, RtspMethod.GetParameter];

    /// <summary>Servers that do not count OPTIONS count GET_PARAMETER, whether or not Public lists it (EvoStream).</summary>
    private static readonly string[] s_unlistedUncounted = [RtspMethod.Options, RtspMethod.GetParameter, RtspMethod.SetParameter];

    /// <summary>
    /// Methods that the camera refused, or that ended its sessions, and when they did last: not used until <see cref="Begin"/> forgets it. Null: none
    /// did yet.
    /// </summary>
    private Dictionary<string, long>? _harmful;

    /// <summary>Methods in whose sessions the camera's time-out struck; never all that are left, so that there is always one to try.</summary>
    private readonly HashSet<string> _vain = [];

    /// <summary>The method after which a session ended at once last time; null where the last session ended in another way.</summary>
    private string? _suspect;

    /// <summary>The camera's list of methods, as it said last; null: it was not heard yet.</summary>
    public string? Public { get; private set; }

    /// <summary>
    /// The method in use: GET_PARAMETER where Public lists it, else OPTIONS, else SET_PARAMETER, and GET_PARAMETER unlisted at the very last, but
    /// before SET_PARAMETER where OPTIONS did not keep a session alive. Null: the camera takes none of them; receiver reports and the open connection
    /// have to do.
    /// </summary>
    public string? Method
    {
        get
        {
            string[] order = Lists(RtspMethod.GetParameter) ? s_listed : _vain.Contains(RtspMethod.Options) ? s_unlistedUncounted : s_unlisted;
            foreach (string method in order)
            {
                if (MayUse(method) && !_vain.Contains(method))
                {
                    return method;
                }
            }

            return null;
        }
    }

    /// <summary>Half the session's time-out, as LIVE555 does; between half a second and thirty seconds.</summary>
    public static TimeSpan Interval(TimeSpan timeout)
    {
        TimeSpan half = timeout / 2;
        return half > s_intervalMax ? s_intervalMax : half < s_intervalMin ? s_intervalMin : half;
    }

    /// <summary>What became of one that was given up, for the log; 0 is no status: no answer came.</summary>
    public static string Outcome(int status) => status == 0 ? "not answered" : string.Create(CultureInfo.InvariantCulture, $"refused ({status})");

    /// <summary>False for a method that the camera refused, or that ended its sessions.</summary>
    public bool MayUse(string method) => _harmful?.ContainsKey(method) != true;

    /// <summary>
    /// A session begins. What harmed long ago may be used in it; not before, because a session that is kept alive by another method gains nothing by
    /// it. A method that harmed is left again after one more end behind it, not two.
    /// </summary>
    public void Begin(long nowMicros)
    {
        if (_harmful is null)
        {
            return;
        }

        foreach ((string method, long sinceMicros) in _harmful)
        {
            if (nowMicros - sinceMicros >= ForgetMicros)
            {
                _harmful.Remove(method);
                _suspect = method;
            }
        }
    }

    /// <summary>True where the camera's Public names that method.</summary>
    public bool Lists(string method)
    {
        ReadOnlySpan<char> list = Public;
        foreach (Range range in list.Split(','))
        {
            if (list[range].Trim().Equals(method, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>OPTIONS was answered, with that Public.</summary>
    public void NotePublic(string list) => Public = list;

    /// <summary>
    /// A keep-alive was answered. While media flows there is a session, so 454 and 5xx mean the method (quirk: thingino firmware); without media they
    /// mean the session, but for those that say that the method is not known.
    /// </summary>
    public KeepAliveVerdict OnAnswer(string method, int status, bool mediaFlows, long nowMicros)
    {
        if (status < 400)
        {
            return KeepAliveVerdict.Fine;
        }

        bool isMethod = status is RtspStatus.NotImplemented or RtspStatus.VersionNotSupported or RtspStatus.OptionNotSupported;
        if (!mediaFlows && !isMethod && status is RtspStatus.SessionNotFound or >= 500)
        {
            return KeepAliveVerdict.SessionGone;
        }

        Refuse(method, nowMicros);
        return KeepAliveVerdict.Refused;
    }

    /// <summary>The camera does not take that method, or does not bear it.</summary>
    public void Refuse(string method, long nowMicros)
    {
        _harmful ??= [];
        _harmful[method] = nowMicros;
        TryVainOnesAgain(null);
    }

    /// <summary>A session that played was lost. True where another method is used from now on because of that.</summary>
    public bool OnLoss(in KeepAliveLoss loss, long nowMicros)
    {
        if (loss.Method is not { } method || !MayUse(method))
        {
            return false;
        }

        if (IsAboutTimeout(loss.SincePlay, loss.Timeout))
        {
            // The camera did not count what was sent. OPTIONS may have been sent for its Public alone.
            _suspect = null;
            return method == Method && GiveUpFor(method);
        }

        // With short time-outs something was always sent a moment ago.
        TimeSpan consequence = Interval(loss.Timeout) / 2;
        if (loss.SinceSent > (consequence < s_consequenceMax ? consequence : s_consequenceMax))
        {
            _suspect = null;
            return false;
        }

        if (_suspect != method)
        {
            _suspect = method;
            return false;
        }

        _suspect = null;
        Refuse(method, nowMicros);
        return true;
    }

    /// <summary>
    /// Servers look at their time-outs every few seconds, or let some grace pass (LIVE555 grants 65 for 60); a little earlier because they begin to
    /// count before we do.
    /// </summary>
    private static bool IsAboutTimeout(TimeSpan sincePlay, TimeSpan timeout)
    {
        TimeSpan earlier = Max(timeout / 10, TimeSpan.FromSeconds(1));
        TimeSpan later = Max(timeout / 2, TimeSpan.FromSeconds(3));
        return sincePlay >= timeout - earlier && sincePlay <= timeout + later;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private bool GiveUpFor(string method)
    {
        _vain.Add(method);
        TryVainOnesAgain(method);
        return Method != method;
    }

    /// <summary>
    /// When every method that is left was in vain, the round begins anew with those before the last: what looked like a time-out may have been
    /// another loss.
    /// </summary>
    private void TryVainOnesAgain(string? last)
    {
        if (Method is not null)
        {
            return;
        }

        _vain.Clear();
        if (last is not null)
        {
            _vain.Add(last);
            if (Method is null)
            {
                _vain.Clear(); // the only one that is left
            }
        }
    }
}
