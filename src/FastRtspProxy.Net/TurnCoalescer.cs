namespace FastRtspProxy.Net;

/// <summary>
/// Holds a shard's turns a moment apart while many sources are busy, so that a turn finds what several of them have sent and the thread is woken once
/// for all. With few sources there is nothing to gather, and everything goes on at once, however much one of them sends. On the shard.
/// </summary>
internal sealed class TurnCoalescer(long gapMicros)
{
    /// <summary>What is busy is counted over so long: twice a picture's interval and more.</summary>
    private const long WindowMicros = 100_000;

    /// <summary>Sources of a window from which on turns are held apart.</summary>
    private const int SourcesMin = 32;

    /// <summary>
    /// Bursts of a window from which on turns are held apart: two in each millisecond. It goes on down to three quarters of that.
    /// </summary>
    private const int BurstsMin = 200;

    /// <summary>The present window's number, from 1; a source's own says whether it was counted in it.</summary>
    private long _window = 1;
    private long _windowEndMicros;
    private int _sources;
    private int _bursts;

    /// <summary>True while turns are held apart.</summary>
    public bool IsOn { get; private set; }

    /// <summary>A source has sent something, which was taken in at once.</summary>
    /// <param name="window">The source's own; 0 at first.</param>
    public void Note(ref long window)
    {
        _bursts++;
        if (window != _window)
        {
            window = _window;
            _sources++;
        }
    }

    /// <summary>How long the shard is to rest before it looks for more; 0: not at all.</summary>
    /// <param name="wokenMicros">When it was woken last.</param>
    /// <param name="nowMicros">The present.</param>
    public long RestMicros(long wokenMicros, long nowMicros)
    {
        if (gapMicros == 0)
        {
            return 0;
        }

        if (nowMicros >= _windowEndMicros)
        {
            IsOn = _sources >= SourcesMin && _bursts >= (IsOn ? BurstsMin * 3 / 4 : BurstsMin) && nowMicros - _windowEndMicros < WindowMicros;
            _windowEndMicros = nowMicros + WindowMicros;
            _window++;
            _sources = 0;
            _bursts = 0;
        }

        return IsOn ? Math.Max(0, wokenMicros + gapMicros - nowMicros) : 0;
    }
}
