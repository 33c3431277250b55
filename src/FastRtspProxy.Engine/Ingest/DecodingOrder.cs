namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// Which steps back a track's timestamps may take. Packets come in the order of decoding, timestamps tell the order of showing: with B-frames a
/// picture may be shown before the one that was decoded before it, but not before those that were complete by then. So it lies between the last two
/// highest timestamps. Where nothing is reordered (sound, most codecs, and video that has not done so for a while), time never goes back. An encoder
/// that takes B-frames up again where the picture allows it shows that by a leap over the pictures to come, which a clock that is set back does not.
/// Mutable, one owner.
/// </summary>
/// <param name="mayReorder">The codec has B-frames.</param>
internal struct DecodingOrder(bool mayReorder)
{
    /// <summary>
    /// A stream of so many pictures in a row that went on is one without B-frames, until it goes back twice within as many, or leaps.
    /// </summary>
    private const int InOrderPictures = 100;

    /// <summary>Pictures since the last one that went back.</summary>
    private int _inOrder;

    /// <summary>False before the first picture of all.</summary>
    private bool _hasHighest;

    /// <summary>
    /// The steps to the two highest times before the newest; 0: there was none. The smaller one is the distance of two pictures, even where one was
    /// lost.
    /// </summary>
    private long _stepBefore;
    private long _stepBeforeThat;

    /// <summary>The highest time so far.</summary>
    public long Highest { get; private set; }

    /// <summary>What was the highest before: all up to it is shown and gone.</summary>
    public long Complete { get; private set; } = long.MinValue;

    /// <summary>A line begins that has nothing to do with the one before: what was sent is complete.</summary>
    public void BeginAnew()
    {
        Complete = _hasHighest ? Highest : long.MinValue;
        _inOrder = 0;
    }

    /// <summary>Whether a picture may be shown then.</summary>
    public readonly bool Allows(long ticks) =>
        !_hasHighest || ticks > Highest || (mayReorder && ticks > Complete && ticks != Highest && (_inOrder < InOrderPictures || HasLeapt));

    /// <summary>The newest highest time left room for at least one picture.</summary>
    private readonly bool HasLeapt => _stepBeforeThat > 0 && 2 * (Highest - Complete) > 3 * Math.Min(_stepBefore, _stepBeforeThat);

    /// <summary>A picture asks to go back, allowed or not.</summary>
    public void NoteBack() => _inOrder = 0;

    /// <summary>A picture is sent with that time.</summary>
    public void Note(long ticks)
    {
        if (!_hasHighest || ticks > Highest)
        {
            _stepBeforeThat = _stepBefore;
            _stepBefore = _hasHighest && Complete != long.MinValue ? Highest - Complete : 0;
            Complete = _hasHighest ? Highest : long.MinValue;
            Highest = ticks;
            _hasHighest = true;
            _inOrder++;
        }
    }
}
