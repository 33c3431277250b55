namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Decides when pictures that stay away while sound or metadata go on are a fault, and how often a new session is tried for them. A camera's encoder
/// hangs and its sound goes on (go2rtc issue 1847): a new session brings the picture back. But a camera in privacy mode, one that sends a picture a
/// minute, and one that sends on motion only have no fault: of these the sound is served, new sessions are tried ever more rarely, and the longest
/// gap that was seen is no reason for one. Lives as long as the mount, on its shard. Pure: whoever calls says the time.
/// </summary>
internal sealed class VideoSilence
{
    /// <summary>
    /// A session has so long to bring its first picture. One that comes within it is the answer to PLAY, and tells nothing of the camera's own pace.
    /// </summary>
    public const long FirstPictureMicros = 10_000_000;

    /// <summary>Four times the longest gap between two pictures: a camera that sends irregularly has longer ones yet to come.</summary>
    private const int GapFactor = 4;

    /// <summary>
    /// A longer gap counts as this one, so that the limit is never longer than the longest step of the ladder, and no fault stays unnoticed for
    /// longer.
    /// </summary>
    private const long GapMaxMicros = LadderMaxMicros / GapFactor;

    /// <summary>
    /// A gap is remembered for one to two of these, lost sessions for one, so that a night in privacy mode does not delay the notice of every later
    /// fault by minutes.
    /// </summary>
    private const long KeptMicros = 3_600_000_000;

    /// <summary>Pictures that go on for so long after PLAY are a stream. Some cameras send a key frame at PLAY and nothing behind it.</summary>
    private const long StreamMicros = 2_000_000;

    private const long LadderFirstMicros = 20_000_000;
    private const long LadderMaxMicros = 300_000_000;

    /// <summary>When the present session was asked to play.</summary>
    private long _playMicros;

    /// <summary>The newest picture of this session; 0: none came.</summary>
    private long _pictureMicros;

    /// <summary>The newest picture of the sessions that ended for want of pictures, one behind the other up to the present one; 0: none.</summary>
    private long _earlierPictureMicros;

    /// <summary>The longest gaps of this period and of the one before it.</summary>
    private long _gapMicros;
    private long _gapBeforeMicros;
    private long _gapsSinceMicros;

    /// <summary>When the last of <see cref="Losses"/> was; without meaning while there are none.</summary>
    private long _lostMicros;

    /// <summary>Sessions in a row that ended for want of pictures, since a session had a stream of them.</summary>
    public int Losses { get; private set; }

    /// <summary>True once pictures have come back after <see cref="Losses"/>; whoever logs that sets it to false.</summary>
    public bool IsBack { get; set; }

    /// <summary>How long the session that comes next, or is there, is left alone without a picture: 0, 20, 40 … 300 s.</summary>
    public TimeSpan Patience => TimeSpan.FromMicroseconds(Ladder);

    private long Ladder => Losses == 0 ? 0 : Math.Min(LadderFirstMicros << Math.Min(Losses - 1, 8), LadderMaxMicros);

    /// <summary>PLAY was sent: pictures may come before it is answered.</summary>
    public void OnPlay(long nowMicros)
    {
        Losses = StaysAway(nowMicros) ? Losses : 0;
        _playMicros = nowMicros;
        _pictureMicros = 0;
    }

    /// <summary>
    /// PLAY was answered. Where no picture came before the answer, the wait for pictures begins with it: a camera may take its time to answer.
    /// </summary>
    public void OnAnswered(long nowMicros) => _playMicros = _pictureMicros == 0 ? nowMicros : _playMicros;

    /// <summary>How long the present session is still left alone without pictures, whatever else is said of them.</summary>
    public long RestOfPatienceMicros(long nowMicros) => Math.Max(0, _playMicros + Ladder - nowMicros);

    /// <summary>A packet of a video track. On the media path: two comparisons while pictures come as they did before.</summary>
    public void OnPicture(long nowMicros)
    {
        long before = _pictureMicros;
        _pictureMicros = nowMicros;
        if (before == 0)
        {
            OnFirstPicture(nowMicros);
        }
        else if (nowMicros - before > _gapMicros)
        {
            OnGap(nowMicros - before, nowMicros);
        }

        if (Losses > 0 && nowMicros - _playMicros >= StreamMicros)
        {
            Losses = 0;
            IsBack = true;
        }
    }

    /// <summary>True where the last sessions ended for want of pictures, not too long ago: nobody is to wait for pictures.</summary>
    public bool StaysAway(long nowMicros) => Losses > 0 && nowMicros - _lostMicros < KeptMicros;

    /// <summary>True when no picture has come for so long.</summary>
    public bool IsSilentFor(long micros, long nowMicros) => SilentMicros(nowMicros) >= micros;

    /// <summary>Since the newest picture of this session, or since PLAY.</summary>
    public long SilentMicros(long nowMicros) => nowMicros - Math.Max(_pictureMicros, _playMicros);

    /// <summary>Whether the session is lost for want of pictures, while other tracks go on; else how long it cannot be.</summary>
    /// <param name="deadStream">`-D`; zero: never.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    /// <param name="restMicros">When to ask again at the latest; <see cref="long.MaxValue"/>: never.</param>
    public bool IsLost(TimeSpan deadStream, long nowMicros, out long restMicros)
    {
        if (deadStream <= TimeSpan.Zero)
        {
            restMicros = long.MaxValue;
            return false;
        }

        long limit = Math.Max((long)deadStream.TotalMicroseconds, LongestGap(nowMicros) * GapFactor);
        long due = _pictureMicros > 0 ? _pictureMicros + limit : _playMicros + Math.Max(limit, FirstPictureMicros);
        restMicros = Math.Max(due, _playMicros + Ladder) - nowMicros;
        return restMicros <= 0;
    }

    /// <summary>The session ends because <see cref="IsLost"/> said so, or because its video said BYE.</summary>
    public void OnLost(long nowMicros)
    {
        Losses++;
        _lostMicros = nowMicros;
        IsBack = false;
        _earlierPictureMicros = Math.Max(_earlierPictureMicros, _pictureMicros);
    }

    /// <summary>The session ended for another reason: how long pictures stayed away meanwhile tells nothing.</summary>
    public void OnOtherEnd() => _earlierPictureMicros = 0;

    /// <summary>The camera describes other tracks.</summary>
    public void Forget()
    {
        Losses = 0;
        IsBack = false;
        _pictureMicros = _earlierPictureMicros = _gapMicros = _gapBeforeMicros = 0;
    }

    private void OnFirstPicture(long nowMicros)
    {
        if (_earlierPictureMicros > 0 && nowMicros - _playMicros > FirstPictureMicros)
        {
            OnGap(nowMicros - _earlierPictureMicros, nowMicros);
        }

        _earlierPictureMicros = 0;
    }

    private void OnGap(long gapMicros, long nowMicros)
    {
        Age(nowMicros);
        _gapMicros = Math.Max(_gapMicros, Math.Min(gapMicros, GapMaxMicros));
    }

    private long LongestGap(long nowMicros)
    {
        Age(nowMicros);
        return Math.Max(_gapMicros, _gapBeforeMicros);
    }

    private void Age(long nowMicros)
    {
        if (nowMicros - _gapsSinceMicros >= KeptMicros)
        {
            _gapBeforeMicros = nowMicros - _gapsSinceMicros >= 2 * KeptMicros ? 0 : _gapMicros;
            _gapMicros = 0;
            _gapsSinceMicros = nowMicros;
        }
    }
}
