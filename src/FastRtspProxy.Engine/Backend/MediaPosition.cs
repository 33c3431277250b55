namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// How much of a track has come, by its RTP timestamps, and whether anything is missing of it, by its numbers. A mutable struct: a private field of
/// its track.
/// </summary>
internal struct MediaPosition
{
    /// <summary>A longer step between two packets is a jump of the camera's clock, or a pause: no time that was played.</summary>
    private const int StepMaxSeconds = 10;

    /// <summary>The sum of all steps that were no jumps, and the most that it ever was.</summary>
    private long _ticks;
    private long _farthestTicks;

    /// <summary>The timestamp before; of no meaning without <see cref="_hasLast"/>, which a break takes away.</summary>
    private uint _last;
    private bool _hasLast;

    /// <summary>The number that the next packet has if none is missing; of no meaning without <see cref="_hasNext"/>, as above.</summary>
    private ushort _next;
    private bool _hasNext;

    /// <summary>Numbers from <see cref="_next"/> on that are not missing, though nobody gets their packets.</summary>
    private LeftOutNumbers _leftOut;

    /// <summary>As many of them as <see cref="_next"/> was moved past since the last packet that was passed on.</summary>
    private int _passedOver;

    /// <summary>A packet came. B-frames go back and forth; what counts is how far the track got.</summary>
    public void Note(uint timestamp, int clockRate)
    {
        int step = (int)(timestamp - _last);
        if (_hasLast && step != 0 && Math.Abs((long)step) <= (long)StepMaxSeconds * clockRate)
        {
            _ticks += step;
            _farthestTicks = Math.Max(_farthestTicks, _ticks);
        }

        _last = timestamp;
        _hasLast = true;
    }

    /// <summary>
    /// A packet came, in the order in which packets are passed on. False: some before it did not, whoever lost them, the camera itself included.
    /// Numbers that go back are a late packet or a new start: nothing is missing for them.
    /// </summary>
    /// <param name="sequenceNumber">The packet's.</param>
    /// <param name="leftOut">How many between it and the one before came and are not passed on.</param>
    public bool GoesOn(ushort sequenceNumber, out int leftOut)
    {
        int step = _hasNext ? (short)(sequenceNumber - _next) : 0;
        int among = _leftOut.Among(Math.Max(0, step));
        leftOut = step < 0 ? 0 : _passedOver + among;
        _passedOver = 0;
        _hasNext = true;
        if (step is >= 0 or < -ReorderWindow.Misorder)
        {
            _next = (ushort)(sequenceNumber + 1);
            _leftOut.Advance(step < 0 ? LeftOutNumbers.Capacity : step + 1);
        }

        return step <= among;
    }

    /// <summary>
    /// A packet of the same numbers came that is not passed on: it is not missing. True: its number is one of those that are to come.
    /// </summary>
    public bool LeaveOut(ushort sequenceNumber)
    {
        int ahead = _hasNext ? (short)(sequenceNumber - _next) : -1;
        _leftOut.Note(ahead);
        while (_leftOut.HasNext)
        {
            _leftOut.Advance(1);
            _next++;
            _passedOver++;
        }

        return ahead is >= 0 and < LeftOutNumbers.Capacity;
    }

    /// <summary>PLAY again, or another source: the next timestamp and the next number may be anything.</summary>
    public void Break()
    {
        _hasLast = _hasNext = false;
        _leftOut = default;
        _passedOver = 0;
    }

    /// <summary>What was played.</summary>
    public readonly TimeSpan Played(int clockRate) => TimeSpan.FromSeconds((double)_farthestTicks / clockRate);
}
