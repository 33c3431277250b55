namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Tells the end of a programme from the loss of a camera. A description with a finite range (a file, a recording) ends when that was played: what
/// then comes, BYE of all tracks, silence, a closed connection or a session that is not known any more, is no fault, and to begin again at once would
/// play the file in a circle. Without a finite range, or earlier, it is a lost camera. One session's; on its shard.
/// </summary>
/// <param name="length">What the description says; null: the source is live.</param>
internal sealed class ProgrammeWatch(TimeSpan? length)
{
    /// <summary>So much of the programme must have been played: lengths are rounded, and the last picture lasts until the end.</summary>
    private const double PlayedShare = 0.9;

    /// <summary>What is silent for so long after its end has ended, where `-D 0` says that a stream is never given up.</summary>
    public static readonly TimeSpan SilenceAtTheEnd = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A source that goes on for longer than its range and this, or than twice a short one, is live, or plays in a circle, whatever it says.
    /// </summary>
    private static readonly TimeSpan s_beyondMax = TimeSpan.FromSeconds(10);

    /// <summary>A shorter range is no programme's: some cameras give the length of a picture as their range (0-0.04).</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    /// <summary>The programme's length; null: live.</summary>
    private readonly TimeSpan? _length = length >= s_shortest ? length : null;

    /// <summary>How long the PLAYs before the present one played, each until its PAUSE.</summary>
    private long _playedMicros;

    /// <summary>When the present PLAY was answered; of no meaning unless <see cref="_plays"/>.</summary>
    private long _playSinceMicros;
    private bool _plays;

    /// <summary>The source may be a programme.</summary>
    public bool HasEnd => _length is not null;

    /// <summary>PLAY was answered.</summary>
    public void OnPlay(long nowMicros)
    {
        _playSinceMicros = nowMicros;
        _plays = true;
    }

    /// <summary>The camera was paused; it goes on from there.</summary>
    public void OnPause(long nowMicros)
    {
        _playedMicros += _plays ? nowMicros - _playSinceMicros : 0;
        _plays = false;
    }

    /// <summary>
    /// True when the programme is as good as over: by the timestamps of a track, or, where these have not got there, by the time that it played until
    /// then. A source that went far beyond its end is no programme.
    /// </summary>
    /// <param name="untilMicros">Until when it played: now where it has said BYE, else when its last packet came.</param>
    /// <param name="media">What was played by the timestamps of the track that got farthest.</param>
    public bool IsPlayedOut(long untilMicros, TimeSpan media)
    {
        if (_length is not { } whole)
        {
            return false;
        }

        TimeSpan longest = Longest(whole);
        if (media >= whole * PlayedShare)
        {
            return media <= longest;
        }

        TimeSpan wall = TimeSpan.FromMicroseconds(_playedMicros + (_plays ? Math.Max(0, untilMicros - _playSinceMicros) : 0));
        return wall >= whole * PlayedShare && wall <= longest;
    }

    /// <summary>The length that the media went far beyond; null: it did not.</summary>
    /// <param name="media">As in <see cref="IsPlayedOut"/>. The clock is no evidence here: a server may send slower than in real time.</param>
    public TimeSpan? OverrunBy(TimeSpan media) => _length is { } whole && media > Longest(whole) ? whole : null;

    private static TimeSpan Longest(TimeSpan whole) => (whole * 1.1) + (whole < s_beyondMax ? whole : s_beyondMax);

    /// <summary>The end, for people.</summary>
    public BackendFailure End() => new(BackendFailureKind.EndOfProgramme, $"the programme of {_length!.Value.TotalSeconds:0.#} s has ended");

    /// <summary>What may be the end of a programme, and is a fault of a live source.</summary>
    public static bool MayBeTheEnd(BackendFailureKind kind) =>
        kind is BackendFailureKind.Bye or BackendFailureKind.Silent or BackendFailureKind.VideoSilent
            or BackendFailureKind.ConnectionLost or BackendFailureKind.KeepAliveRefused;
}
