namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// In which order a pass goes through a class: backwards from where it begins, then from the last one on, so that the same viewer is not always last.
/// A viewer that falls behind meanwhile gives its place to the last one; each is served once all the same. Pure; mutable, a local of a pass.
/// </summary>
/// <param name="begin">From 0 to below the count: served first is the one before it, or the last one.</param>
/// <param name="count">Of the class's viewers in step.</param>
internal struct TcpTurn(int begin, int count)
{
    /// <summary>Which place is served next; below 0, or below where the pass began once it has turned: see <see cref="TryNext"/>.</summary>
    private int _next = begin - 1;
    private int _count = count;

    /// <summary>The pass has been at the first viewer, and comes from the last one.</summary>
    private bool _hasTurned;

    /// <summary>The place that is served next; false: all are.</summary>
    public bool TryNext(out int place)
    {
        if (!_hasTurned && _next < 0)
        {
            _hasTurned = true;
            _next = _count - 1;
        }

        place = _next--;
        return !_hasTurned || place >= begin;
    }

    /// <summary>The viewer that was served just now has left, and the last one has its place.</summary>
    public void OnLeft()
    {
        _count--;
        if (!_hasTurned && _count >= begin)
        {
            _next++; // the one that came was not served yet
        }
    }
}
