namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which SSRCs are a track's stream. One stream plays at a time (RFC 3550 section 8.2), and this decides what another SSRC is, the first rule that
/// fits:
/// <list type="number">
/// <item>Its numbers go on where the stream's end: it is the stream. Uniview takes a new SSRC for each group of pictures; others send parameter sets
/// with SSRC 0.</item>
/// <item>The stream was left for another one less than ten seconds ago: two send by turns. The one that the description or the SETUP names stays,
/// else the one that came first.</item>
/// <item>Over TCP, where nobody else can send; when it is the named one; when the present stream is silent: it is a camera that began anew, and plays
/// at once.</item>
/// <item>Else it may be a stray: it plays from its third packet on (section A.1: probation), and none of the three is lost.</item>
/// </list>
/// It knows no packets and no clock of its own, and allocates nothing.
/// </summary>
internal sealed class SourceChoice
{
    /// <summary>
    /// A packet of another SSRC goes on with the stream where its number is at most so far ahead: some packets may be lost in between.
    /// </summary>
    public const int GoesOnMax = 16;

    /// <summary>So many packets of a source on probation are kept; the next one confirms the source.</summary>
    public const int KeptMax = 2;

    /// <summary>After so long without a packet the present stream counts as silent.</summary>
    private const long SilenceMicros = 200_000;

    /// <summary>A source that comes back later than this after it was left has begun anew: it is not one of two that send by turns.</summary>
    private const long ReturnMicros = 10_000_000;

    /// <summary>
    /// Of two that send by turns, the one that was left is taken again only once the one that stays has been silent for so long. Each time the latter
    /// comes back all the same, the time doubles.
    /// </summary>
    private const long PatienceMicros = 2_000_000;

    /// <summary>
    /// A source that came back with fewer packets than this, and is silent again, has only sent what was still under way when it was left.
    /// </summary>
    private const int TailPackets = 16;

    /// <summary>SSRCs of one stream that are remembered, for its reports and its late packets.</summary>
    private const int MembersMax = 4;

    /// <summary>Streams that were left and are remembered, so that one of them that comes back is known.</summary>
    private const int LeftMax = 4;

    /// <summary>SSRCs that the present stream had, the newest in the place of the oldest.</summary>
    private readonly uint[] _members = new uint[MembersMax];

    /// <summary>The streams that were left, in no order; each SSRC once.</summary>
    private readonly LeftSource[] _left = new LeftSource[LeftMax];

    /// <summary>How many of <see cref="_members"/> were set, and where the next one goes: its remainder.</summary>
    private int _memberCount;

    /// <summary>The stream's highest sequence number, by arrival.</summary>
    private ushort _highest;

    /// <summary>The number that would confirm that the stream's numbers began anew (RFC 3550 section A.1); -1: none.</summary>
    private int _confirms = -1;

    /// <summary>When the stream was heard last; without meaning before the first.</summary>
    private long _heardMicros;

    /// <summary>Packets of the stream since it was taken.</summary>
    private long _heard;

    /// <summary>The stream's place in the order in which sources were first taken, and the last place that was given.</summary>
    private long _order;
    private long _lastOrder;

    /// <summary>Times that a source came back, while two send by turns.</summary>
    private int _returns;

    /// <summary>The source on probation, of which <see cref="_waiting"/> packets are kept; packets of the stream since its first one.</summary>
    private uint _candidate;
    private int _waiting;
    private int _between;

    /// <summary>A stream plays, or played last.</summary>
    public bool HasSource { get; private set; }

    /// <summary>The stream's name: the SSRC of its first packet, whatever SSRCs it had since.</summary>
    public uint Source { get; private set; }

    /// <summary>The stream's newest SSRC.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>The SSRC that the description or the SETUP names; null: none.</summary>
    public uint? Named { get; set; }

    /// <summary>
    /// After <see cref="SourceVerdict.Begins"/>: how many packets were kept for it. After <see cref="SourceVerdict.Keep"/>: this one included.
    /// </summary>
    public int Kept { get; private set; }

    /// <summary>Packets of other streams than the one that plays.</summary>
    public long Others { get; private set; }

    /// <summary>Streams that were taken after the first one.</summary>
    public long Changes { get; private set; }

    /// <summary>The one of two by turns that does not play, by its newest SSRC; null: no two send by turns.</summary>
    public uint? Rival { get; private set; }

    /// <summary>A new PLAY: the next packet's source plays, whichever it is.</summary>
    public void BeginAnew()
    {
        HasSource = false;
        Array.Clear(_left);
        _returns = 0;
        _waiting = 0;
        Rival = null;
    }

    /// <summary>Whether a report of that SSRC is about the stream.</summary>
    public bool IsOfStream(uint ssrc)
    {
        if (!HasSource)
        {
            return false;
        }

        for (int i = Math.Min(_memberCount, MembersMax) - 1; i >= 0; i--)
        {
            if (_members[i] == ssrc)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a packet is.</summary>
    /// <param name="ssrc">Its SSRC.</param>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="nowMicros">Its arrival.</param>
    /// <param name="isOrdered">It came in the RTSP connection: nobody but the camera can have sent it, and nothing overtakes.</param>
    public SourceVerdict Judge(uint ssrc, ushort sequenceNumber, long nowMicros, bool isOrdered) =>
        HasSource && ssrc == Ssrc ? Hear(sequenceNumber, nowMicros) : JudgeOther(ssrc, sequenceNumber, nowMicros, isOrdered);

    private SourceVerdict Hear(ushort sequenceNumber, long nowMicros)
    {
        _heardMicros = nowMicros;
        _heard++;
        int step = (short)(sequenceNumber - _highest);
        if (step is > 0 and < ReorderWindow.Dropout)
        {
            _highest = sequenceNumber;
            _confirms = -1;
        }
        else if (step is >= ReorderWindow.Dropout or < -ReorderWindow.Misorder)
        {
            _highest = sequenceNumber == _confirms ? sequenceNumber : _highest;
            _confirms = (ushort)(sequenceNumber + 1);
        }

        // A stream that goes on ends the probation of another one. A single packet does not: it may have been overtaken.
        if (_waiting > 0 && ++_between > 1)
        {
            _waiting = 0;
        }

        return SourceVerdict.GoesOn;
    }

    private SourceVerdict JudgeOther(uint ssrc, ushort sequenceNumber, long nowMicros, bool isOrdered)
    {
        if (!HasSource)
        {
            return Begin(ssrc, sequenceNumber, nowMicros, ++_lastOrder);
        }

        int step = (short)(sequenceNumber - _highest);
        if (step is > 0 and <= GoesOnMax)
        {
            Join(ssrc);
            Ssrc = ssrc;
            return Hear(sequenceNumber, nowMicros);
        }

        // Where a stream changes its SSRCs, the last packet with the old SSRC can be overtaken by the first with the new one.
        bool isOvertaken = !isOrdered && _memberCount > 1 && step is < 0 and >= -GoesOnMax;
        if (isOvertaken || (step is >= -ReorderWindow.Misorder and < ReorderWindow.Dropout && IsOfStream(ssrc)))
        {
            Join(ssrc);
            Ssrc = step > 0 ? ssrc : Ssrc;
            return Hear(sequenceNumber, nowMicros);
        }

        for (int i = 0; i < _left.Length; i++)
        {
            if (_left[i].Ssrc == ssrc && _left[i].IsRemembered(nowMicros - ReturnMicros))
            {
                return JudgeReturn(ref _left[i], sequenceNumber, nowMicros);
            }
        }

        if (isOrdered || ssrc == Named || nowMicros - _heardMicros >= SilenceMicros)
        {
            return BeginNew(ssrc, sequenceNumber, nowMicros);
        }

        return JudgeStray(ssrc, sequenceNumber, nowMicros);
    }

    private SourceVerdict JudgeReturn(ref LeftSource left, ushort sequenceNumber, long nowMicros)
    {
        int step = (short)(sequenceNumber - left.Highest);
        if (step is <= 0 and >= -ReorderWindow.Misorder)
        {
            // The packet was sent before the stream that plays now began, and was overtaken by that stream's first packets.
            Others++;
            return SourceVerdict.Drop;
        }

        left = left with { Highest = sequenceNumber, HeardMicros = nowMicros };
        bool stays = Named is { } named && (named == left.Ssrc || named == Ssrc) ? named == left.Ssrc : left.Order < _order;
        if (stays)
        {
            _returns++;
            Rival = Ssrc;
            return Begin(left.Ssrc, sequenceNumber, nowMicros, left.Order);
        }

        Rival = left.Ssrc;
        if (nowMicros - _heardMicros >= Patience())
        {
            return Begin(left.Ssrc, sequenceNumber, nowMicros, left.Order);
        }

        Others++;
        return SourceVerdict.Drop;
    }

    private long Patience()
    {
        bool wasTail = _returns == 1 && _heard < TailPackets;
        return wasTail ? SilenceMicros : Math.Min(ReturnMicros, PatienceMicros << Math.Clamp(_returns - 1, 0, 3));
    }

    private SourceVerdict JudgeStray(uint ssrc, ushort sequenceNumber, long nowMicros)
    {
        if (_waiting == 0 || _candidate != ssrc)
        {
            _candidate = ssrc;
            _waiting = 0;
            _between = 0;
        }

        if (_waiting == KeptMax)
        {
            return BeginNew(ssrc, sequenceNumber, nowMicros);
        }

        Kept = ++_waiting;
        Others++;
        return SourceVerdict.Keep;
    }

    private SourceVerdict BeginNew(uint ssrc, ushort sequenceNumber, long nowMicros)
    {
        // A source that was not heard for ten seconds no longer counts as one of two that send by turns.
        bool hasRival = false;
        foreach (LeftSource left in _left)
        {
            hasRival |= left.IsRemembered(nowMicros - ReturnMicros);
        }

        _returns = hasRival ? _returns : 0;
        return Begin(ssrc, sequenceNumber, nowMicros, ++_lastOrder);
    }

    private SourceVerdict Begin(uint ssrc, ushort sequenceNumber, long nowMicros, long order)
    {
        if (HasSource)
        {
            Changes++;
            Leave(ssrc, nowMicros);
        }

        Kept = _waiting > 0 && _candidate == ssrc ? _waiting : 0;
        Others -= Kept;
        _waiting = 0;
        HasSource = true;
        Source = Ssrc = ssrc;
        _memberCount = 0;
        Join(ssrc);
        _highest = sequenceNumber;
        _confirms = -1;
        _heardMicros = nowMicros;
        _heard = 1;
        _order = order;
        return SourceVerdict.Begins;
    }

    /// <summary>Remembers the present stream in the place of the one that is taken, else in the oldest one.</summary>
    private void Leave(uint taken, long nowMicros)
    {
        int place = 0;
        for (int i = 0; i < _left.Length; i++)
        {
            if (_left[i].Order != 0 && _left[i].Ssrc == taken)
            {
                place = i;
                break;
            }

            place = _left[i].Order == 0 || (_left[place].Order != 0 && _left[i].HeardMicros < _left[place].HeardMicros) ? i : place;
        }

        _left[place] = new LeftSource(Ssrc, _highest, nowMicros, _order);
    }

    private void Join(uint ssrc)
    {
        if (_memberCount == 0 || !IsOfStream(ssrc))
        {
            _members[_memberCount++ % MembersMax] = ssrc;
        }
    }
}
