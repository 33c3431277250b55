namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Decides by which way a camera's media comes to us: multicast where it is described, UDP, TCP. One for each mount, for its life. It knows no clock,
/// no sockets and no messages: sessions tell it what they met, by which way, and ask what that means. Evidence is booked on the way that the session
/// went, which need not be <see cref="Current"/> any more.
/// <list type="bullet">
/// <item>A way that was refused or stayed silent leads to the next, and round again: there is no way that is never tried again.</item>
/// <item>A way that delivered is tried first while nothing contradicts it. Failures are forgotten after <see cref="ForgetMicros"/> or with a changed
/// description.</item>
/// <item>Only RTP counts. RTCP alone, or RTP that no track knows, puts the decision off: large datagrams that vanish on their way (a VPN, a firewall)
/// let the small reports pass.</item>
/// </list>
/// Cameras behind it: UDP only, and 4 s to the first packet (BasisVR/Basis 940, 943); RTP lost in a VPN and RTCP not (rtsp-camera-view 28); a reboot
/// whose first session is silent.
/// </summary>
internal sealed class TransportChoice
{
    /// <summary>An hour: by then a firewall, a VPN or the camera's settings may be others.</summary>
    public const long ForgetMicros = 3_600_000_000;

    /// <summary>What UDP gets in the second round, and TCP in each, where `-D 0` says that a stream is never given up.</summary>
    public static readonly TimeSpan Undying = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From the third round on the patience doubles up to this: a camera may need longer than `-D` to its first packet. It is what players wait.
    /// </summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A way that never delivered is left after so many sessions in a row that ended without media for reasons that say nothing about it: some
    /// cameras say 453 or 503 for a way that they do not have, and a busy one loses nothing by being asked in another way.
    /// </summary>
    private const int EmptySessionsMax = 3;

    private const int Ways = 3;

    /// <summary>A value of <see cref="_leftForTrack"/>: the way was left because no picture came by it although the sound did.</summary>
    private const int Pictures = -1;

    private readonly WayRecord[] _records = new WayRecord[Ways];
    private WayOffer _offer;

    /// <summary>The way by which RTP came last; null: by none yet.</summary>
    private MediaWay? _delivered;

    /// <summary>Whole rounds without RTP since it last came, or since all failures are forgotten.</summary>
    private int _rounds;

    /// <summary>From PLAY to the first RTP packet of the last session that had any.</summary>
    private long _tookMicros;

    /// <summary>The way that was left for one track's sake, although it serves others, while another one is tried for it; else null.</summary>
    private MediaWay? _leftForATrack;

    /// <summary>The track for whose sake <see cref="_leftForATrack"/> was left; of no meaning while that is null.</summary>
    private int _leftForTrack;

    /// <summary>When that was done last, for a refused track and for the pictures; each is done once until failures are forgotten.</summary>
    private long? _leftForATrackMicros;
    private long? _leftForPicturesMicros;

    /// <summary>The way to go now. Set by <see cref="Begin"/>, and by each <see cref="WayStep.TryNext"/>.</summary>
    public MediaWay Current { get; private set; } = MediaWay.Udp;

    /// <summary>True where there is nothing to choose.</summary>
    public bool IsFixed => _offer.IsFixed;

    /// <summary>Whole rounds without media, in a row.</summary>
    public int Rounds => _rounds;

    /// <summary>What each way that was tried in vain met, for the failure's message.</summary>
    public string Summary
    {
        get
        {
            string text = string.Empty;
            for (MediaWay way = MediaWay.Multicast; way <= MediaWay.Tcp; way++)
            {
                if (IsOffered(way) && _records[(int)way].Why is { } why)
                {
                    text += (text.Length > 0 ? "; " : string.Empty) + Name(way) + ": " + why;
                }
            }

            return text;
        }
    }

    /// <summary>Why the way is <see cref="Current"/>, for people.</summary>
    public string Reason => IsFixed ? "no other is allowed"
        : Summary is { Length: > 0 } failed ? failed
        : _delivered == Current ? "media comes by it"
        : "it is tried first";

    /// <summary>As people call it.</summary>
    public static string Name(MediaWay way) => way switch
    {
        MediaWay.Multicast => "multicast",
        MediaWay.Udp => "UDP",
        _ => "TCP",
    };

    /// <summary>
    /// True for a status that may be about the way: any refusal but those that concern the session or the user (401, 403, 453, 454, 503). Few cameras
    /// know 461; 400, 404, 406, 451, 500 and 501 were seen for a transport that they do not have.
    /// </summary>
    public static bool IsAboutTheWay(int status) => status is >= 400 and < 600 and not (401 or 403 or 453 or 454 or 503);

    /// <summary>A session has its description: the way that it begins with.</summary>
    public MediaWay Begin(WayOffer offer, long nowMicros)
    {
        if (offer.Description != _offer.Description)
        {
            ForgetFailures();
        }

        _offer = offer;
        ForgetOld(nowMicros);
        if (_leftForATrack is null || !IsOffered(Current))
        {
            _leftForATrack = null;
            Current = Best();
        }

        return Current;
    }

    /// <summary>How long after PLAY a way may bring no RTP; null: for ever, which only a fixed way may, and only with `-D 0`.</summary>
    /// <param name="way">The way of the session that asks.</param>
    /// <param name="deadStream">`-D`; zero: never.</param>
    /// <param name="udpSilence">
    /// How long a way over datagrams is waited for that has not delivered before, in the first round, while nothing is heard by it.
    /// </param>
    /// <param name="isHeard">Something came that is no media: RTCP, or RTP of another payload type.</param>
    public TimeSpan? Patience(MediaWay way, TimeSpan deadStream, TimeSpan udpSilence, bool isHeard)
    {
        if (IsFixed)
        {
            return deadStream > TimeSpan.Zero ? deadStream : null;
        }

        TimeSpan whole = deadStream > TimeSpan.Zero ? deadStream : Undying;
        for (int round = 2; round <= _rounds && whole < PatienceMax; round++)
        {
            whole = whole * 2 < PatienceMax ? whole * 2 : PatienceMax;
        }

        TimeSpan patience = whole;
        if (way != MediaWay.Tcp)
        {
            bool isProven = _records[(int)way].HasDelivered || _rounds > 0 || isHeard;
            patience = isProven && whole > udpSilence ? whole : udpSilence;
        }

        // A camera that was slow last time may be as slow again, whichever way is tried.
        TimeSpan slow = TimeSpan.FromMicroseconds(2 * _tookMicros);
        slow = slow < PatienceMax ? slow : PatienceMax;
        return slow > patience ? slow : patience;
    }

    /// <summary>RTP comes by the present way.</summary>
    /// <param name="way">The way of the session that says so.</param>
    /// <param name="tookMicros">From PLAY to the first packet.</param>
    /// <param name="hasPictures">RTP of a video came. A way that is tried for the sake of pictures has not delivered before they come.</param>
    public void OnDelivered(MediaWay way, long tookMicros, bool hasPictures)
    {
        if (IsFixed || (_leftForATrack is not null && _leftForTrack == Pictures && !hasPictures))
        {
            return;
        }

        ref WayRecord record = ref _records[(int)way];
        record.HasDelivered = true;
        record.FailedMicros = null;
        record.Why = null;
        record.WasUnanswered = false;
        record.EmptySessions = 0;
        _delivered = way;
        _tookMicros = tookMicros;
        _leftForATrack = null;
        _rounds = 0;
        BeginRound();
    }

    /// <summary>A way brought no RTP for as long as <see cref="Patience"/> says, or cannot be gone on this machine.</summary>
    /// <param name="way">
    /// The way of the session that says so; what follows is <see cref="WayStep.TryNext"/> where the choice has left it already.
    /// </param>
    /// <param name="why">What happened, for people.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public WayStep OnFailed(MediaWay way, string why, long nowMicros) => IsFixed ? WayStep.Stay : Fail(way, why, nowMicros);

    /// <summary>SETUP of the first video track, or PLAY, was answered with an error.</summary>
    public WayStep OnRefused(MediaWay way, int status, string why, long nowMicros) =>
        IsAboutTheWay(status) ? OnFailed(way, why, nowMicros) : WayStep.Stay;

    /// <summary>
    /// Every way refused a first video that a session can do without: the refusals were the track's, and say nothing of the ways that the other
    /// tracks come by. Gives the way to go on by.
    /// </summary>
    /// <param name="bound">The way of a session that has set up another track already; null: it may go any.</param>
    public MediaWay OnTrackRefusedByAll(MediaWay? bound)
    {
        ForgetFailures();
        return Current = bound ?? Best();
    }

    /// <summary>
    /// SETUP of another track was answered with an error. Only 461 is about the way, and it leads to another one once: where the track is refused
    /// there too, the first way stays, and the refusal is the track's own.
    /// </summary>
    public WayStep OnOtherTrackRefused(MediaWay way, int track, int status, long nowMicros)
    {
        if (way != Current)
        {
            return WayStep.Stay;
        }

        if (_leftForATrack is not null)
        {
            return track == _leftForTrack && IsAboutTheWay(status) ? GoBack() : WayStep.Stay;
        }

        return status == 461 ? LeaveFor(track, ref _leftForATrackMicros, nowMicros) : WayStep.Stay;
    }

    /// <summary>
    /// No picture ever came in a session while its sound did. Large datagrams vanish where small ones pass, so another way is tried for the pictures,
    /// once; where none comes there either, the camera has none to give, and the first way stays.
    /// </summary>
    /// <param name="way">The way of that session.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public void OnPicturesSilent(MediaWay way, long nowMicros)
    {
        if (way != Current)
        {
            return;
        }

        _ = _leftForATrack is not null ? GoBack() : LeaveFor(Pictures, ref _leftForPicturesMicros, nowMicros);
    }

    /// <summary>
    /// The camera answered a SETUP for datagrams with TCP. That is a failure of the way that was asked for, and TCP is the way from now on.
    /// </summary>
    public void OnAnsweredWithTcp(MediaWay way, string why, long nowMicros)
    {
        Note(way, why, nowMicros);
        _leftForATrack = null;
        Current = MediaWay.Tcp;
    }

    /// <summary>
    /// SETUP of the first video track, or PLAY, got no answer, or the connection ended in place of one: some cameras refuse a way like that. A way
    /// that delivered is given a second chance, because a camera that reboots looks the same.
    /// </summary>
    public void OnUnanswered(MediaWay way, string why, long nowMicros)
    {
        ref WayRecord record = ref _records[(int)way];
        if (record.HasDelivered && !record.WasUnanswered)
        {
            record.WasUnanswered = true;
        }
        else
        {
            _ = OnFailed(way, why, nowMicros);
        }
    }

    /// <summary>
    /// A session that had asked for tracks ended without RTP, for a reason of its own: the way that was tried for another track's sake is given up,
    /// any other after some such sessions.
    /// </summary>
    /// <param name="way">The way of that session.</param>
    /// <param name="why">Why it ended.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public void OnEndedWithoutMedia(MediaWay way, string why, long nowMicros)
    {
        ref WayRecord record = ref _records[(int)way];
        if (IsFixed || way != Current)
        {
            return;
        }

        if (_leftForATrack is not null)
        {
            _ = GoBack();
        }
        else if (!record.HasDelivered && ++record.EmptySessions >= EmptySessionsMax)
        {
            _ = Fail(way, why, nowMicros);
        }
    }

    /// <summary>Another way is tried for one track's sake, where there is one that nothing speaks against.</summary>
    private WayStep LeaveFor(int track, ref long? doneMicros, long nowMicros)
    {
        if (IsFixed || (doneMicros is { } since && nowMicros - since < ForgetMicros))
        {
            return WayStep.Stay;
        }

        for (MediaWay way = MediaWay.Multicast; way <= MediaWay.Tcp; way++)
        {
            if (way != Current && IsOffered(way) && _records[(int)way] is { FailedMicros: null, IsTried: false })
            {
                doneMicros = nowMicros;
                _leftForTrack = track;
                _leftForATrack = Current;
                Current = way;
                return WayStep.TryNext;
            }
        }

        return WayStep.Stay;
    }

    private WayStep Fail(MediaWay way, string why, long nowMicros)
    {
        if (way != Current)
        {
            Note(way, why, nowMicros);
            return WayStep.TryNext;
        }

        if (_leftForATrack is not null)
        {
            return GoBack();
        }

        Note(way, why, nowMicros);
        for (MediaWay other = MediaWay.Multicast; other <= MediaWay.Tcp; other++)
        {
            if (IsOpen(other))
            {
                Current = Best();
                return WayStep.TryNext;
            }
        }

        _rounds++;
        BeginRound();
        Current = Best();
        return WayStep.RoundOver;
    }

    private WayStep GoBack()
    {
        Current = _leftForATrack!.Value;
        _leftForATrack = null;
        return WayStep.TryNext;
    }

    private void Note(MediaWay way, string why, long nowMicros)
    {
        ref WayRecord record = ref _records[(int)way];
        record.FailedMicros = nowMicros;
        record.IsTried = true;
        record.Why = why;
        record.EmptySessions = 0;
    }

    /// <summary>
    /// Of the ways that this round has not tried: what delivered last, if nothing contradicts it; else what has not failed; else what delivered; else
    /// the first.
    /// </summary>
    private MediaWay Best()
    {
        if (IsFixed)
        {
            return MediaWay.Tcp;
        }

        if (_delivered is { } proven && IsOpen(proven) && _records[(int)proven].FailedMicros is null)
        {
            return proven;
        }

        MediaWay? first = null;
        for (MediaWay way = MediaWay.Multicast; way <= MediaWay.Tcp; way++)
        {
            if (IsOpen(way))
            {
                if (_records[(int)way].FailedMicros is null)
                {
                    return way;
                }

                first ??= way;
            }
        }

        return _delivered is { } again && IsOpen(again) ? again : first ?? MediaWay.Udp;
    }

    private bool IsOpen(MediaWay way) => IsOffered(way) && !_records[(int)way].IsTried;

    private bool IsOffered(MediaWay way) => way == MediaWay.Tcp || (!IsFixed && (way == MediaWay.Udp || _offer.HasGroups));

    private void BeginRound()
    {
        foreach (ref WayRecord record in _records.AsSpan())
        {
            record.IsTried = false;
        }
    }

    private void ForgetOld(long nowMicros)
    {
        bool hasFailures = false;
        foreach (ref WayRecord record in _records.AsSpan())
        {
            if (record.FailedMicros is { } failed && nowMicros - failed >= ForgetMicros)
            {
                Forget(ref record);
            }

            hasFailures |= record.FailedMicros is not null;
        }

        if (!hasFailures)
        {
            _rounds = 0;
        }
    }

    private void ForgetFailures()
    {
        foreach (ref WayRecord record in _records.AsSpan())
        {
            Forget(ref record);
        }

        _rounds = 0;
        _leftForATrack = null;
        _leftForATrackMicros = null;
        _leftForPicturesMicros = null;
    }

    private static void Forget(ref WayRecord record)
    {
        record.FailedMicros = null;
        record.Why = null;
        record.IsTried = false;
        record.WasUnanswered = false;
        record.EmptySessions = 0;
    }
}
