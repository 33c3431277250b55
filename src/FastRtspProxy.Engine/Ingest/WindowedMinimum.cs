namespace FastRtspProxy.Engine.Ingest;

/// <summary>
/// The smallest of the values of the last ten to twenty seconds: what was the fastest a while ago says nothing of now, since two crystals drift apart
/// by 4 s a day and more. It forgets by what comes, so the values before a silence count for ten seconds behind it. Mutable, one owner.
/// </summary>
internal struct WindowedMinimum
{
    private const long WindowMicros = 10_000_000;

    /// <summary>When the present window began, and the smallest values of it and of the one before; <see cref="long.MaxValue"/>: none.</summary>
    private long _sinceMicros;
    private long _present;
    private long _before;

    /// <summary>False until the first value; the others are of no meaning then.</summary>
    private bool _hasAny;

    /// <summary>The smallest; null while there is none.</summary>
    public readonly long? Value => _hasAny ? Math.Min(_present, _before) : null;

    /// <summary>A value of now.</summary>
    public void Note(long value, long nowMicros)
    {
        if (!_hasAny)
        {
            _hasAny = true;
            _sinceMicros = nowMicros;
            _present = _before = long.MaxValue;
        }
        else if (nowMicros - _sinceMicros > WindowMicros)
        {
            _sinceMicros = nowMicros;
            _before = _present;
            _present = long.MaxValue;
        }

        _present = Math.Min(_present, value);
    }

    /// <summary>All values are measured from elsewhere now, and so is the time.</summary>
    public void Shift(long by)
    {
        _sinceMicros += by;
        _present += _present == long.MaxValue ? 0 : by;
        _before += _before == long.MaxValue ? 0 : by;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _hasAny = false;
}
