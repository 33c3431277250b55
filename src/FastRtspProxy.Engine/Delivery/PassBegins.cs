namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// Where passes through a list begin, so that nobody is always last: each one a golden section of the list further on. No number of passes brings
/// that back to where it was, so the passes of the key frames, which come after the same number each time and take longest, begin everywhere, too,
/// however long the groups of pictures are. Pure; mutable, one owner.
/// </summary>
internal struct PassBegins
{
    /// <summary>The golden section of a list of 2^32 places.</summary>
    private const uint Section = 0x9E37_79B9;

    private uint _place;

    /// <summary>The place where the next pass begins, below the count; 0 of nothing.</summary>
    /// <param name="count">Places in the list now, 0 or more.</param>
    public int Next(int count)
    {
        _place += Section;
        return (int)(((ulong)_place * (uint)count) >> 32);
    }
}
