namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Tells the end of a programme from the loss of a camera. A description with a finite range (a file, a recording) ends when that was played: what then comes,
/// BYE of all tracks, silence, a closed connection or a session that is not known any more, is no fault, and to begin again at once would play the file in a
/// circle. Without a finite range, or earlier, it is a lost camera. One session's; on its shard.
/// </summary>
/// <param name="length">What the description says; null: the source is live.</param>
internal sealed class ProgrammeWatch(TimeSpan? length)
{
    /// <summary>So much of the programme must have been played: lengths are rounded, and the last picture lasts until the end.</summary>
    private const double PlayedShare = 0.9;

    /// <summary>A source that goes on for longer than its range and this is live, or plays in a circle, whatever it says.</summary>
    private static readonly TimeSpan s_beyond = TimeSpan.FromSeconds(10);

    /// <summary>Of the PLAYs before the present one.</summary>
    private long _playedMicros;
    private long _playSinceMicros;
    private bool _plays;

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
    /// True when the programme is as good as over: by the time that it played until then, or by the timestamps of a track, for servers that send faster than in
    /// real time.
    /// </summary>
    /// <param name="untilMicros">Until when it played: now where it has said BYE, else when its last packet came.</param>
    /// <param name="media">What was played by the timestamps of the track that got farthest.</param>
    public bool IsPlayedOut(long untilMicros, TimeSpan media)
    {
        if (length is not { } whole || media > (whole * 1.1) + s_beyond)
        {
            return false;
        }

        TimeSpan wall = TimeSpan.FromMicroseconds(_playedMicros + (_plays ? Math.Max(0, untilMicros - _playSinceMicros) : 0));
        return (wall > media ? wall : media) >= whole * PlayedShare;
    }

    /// <summary>The end, for people.</summary>
    public BackEndFailure End() => new(BackEndFailureKind.EndOfProgramme, $"the programme of {length!.Value.TotalSeconds:0.#} s has ended");

    /// <summary>What may be the end of a programme, and is a fault of a live source.</summary>
    public static bool MayBeTheEnd(BackEndFailureKind kind) =>
        kind is BackEndFailureKind.Bye or BackEndFailureKind.Silent or BackEndFailureKind.VideoSilent or BackEndFailureKind.ConnectionLost or BackEndFailureKind.KeepAliveRefused;
}
