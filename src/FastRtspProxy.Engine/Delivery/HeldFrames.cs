using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// Parked TCP viewers and the access units that they are in the middle of: those are finished, whatever the ring does meanwhile. But no mount stops
/// for want of the slabs that stuck clients hold: when there are no others, they are given up.
/// </summary>
internal sealed class HeldFrames(PacketRing ring, int shardIndex)
{
    /// <summary>Viewers whose open access unit is not published to its end yet, each at the slot of its rest.</summary>
    private readonly List<TcpViewer> _holding = [];

    /// <summary>Viewers whose rest holds slabs, or waits for packets to hold.</summary>
    private readonly HashSet<TcpViewer> _holders = [];

    /// <summary>Access units that were not finished because their slabs were needed.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Begins to hold what comes from a viewer's cursor on.</summary>
    public void Begin(TcpViewer viewer)
    {
        FrameRest rest = viewer.Rest ??= new FrameRest();
        rest.Begin(viewer.Cursor);
        _holders.Add(viewer);
        if (rest.Slot < 0)
        {
            rest.Slot = _holding.Count;
            _holding.Add(viewer);
        }
    }

    /// <summary>
    /// Takes hold of what was published before <paramref name="to"/> at once. Inside a read scope that begins at the viewer's cursor or before.
    /// </summary>
    public void BeginWith(TcpViewer viewer, in RingEntries entries, long to)
    {
        if (viewer.Rest is { Slot: >= 0, Count: 0 } rest && rest.Extend(entries, to, viewer.Class!, ring.VideoTracks))
        {
            LeaveHolding(rest);
        }
    }

    /// <summary>Takes hold of what was published since the last pass.</summary>
    public void Extend(long front)
    {
        if (_holders.Count > 0 && ring.Pool.IsUsedUp)
        {
            GiveUpHolders();
        }

        for (int i = _holding.Count - 1; i >= 0; i--)
        {
            TcpViewer viewer = _holding[i];
            FrameRest rest = viewer.Rest!;
            using ReadScope scope = ring.Read(shardIndex, rest.Next);
            if (scope.From > rest.Next)
            {
                Stop(viewer); // between two passes: the unit's end is gone, and a piece would not help
            }
            else if (rest.Extend(scope.Entries, front, viewer.Class!, ring.VideoTracks))
            {
                LeaveHolding(rest);
            }
        }
    }

    /// <summary>
    /// The next slab that a mount needs must come from the clients that take nothing. One that takes bytes again before the ring laps it has lost
    /// nothing; else it is left with a torn picture, the last before its next random access point, and all of that counts as dropped. Whoever was
    /// given up holds nothing until it is parked anew.
    /// </summary>
    private void GiveUpHolders()
    {
        foreach (TcpViewer viewer in _holders)
        {
            FrameRest rest = viewer.Rest!;
            GivenUp += rest.Count > rest.Sent ? 1 : 0;
            LeaveHolding(rest);
            rest.Clear();
        }

        _holders.Clear();
    }

    /// <summary>The viewer needs nothing of it any more.</summary>
    public void Stop(TcpViewer viewer)
    {
        if (viewer.Rest is { } rest)
        {
            LeaveHolding(rest);
            rest.Clear();
            _holders.Remove(viewer);
        }
    }

    private void LeaveHolding(FrameRest rest)
    {
        if (rest.Slot < 0)
        {
            return;
        }

        TcpViewer last = _holding[^1];
        _holding[rest.Slot] = last;
        last.Rest!.Slot = rest.Slot;
        _holding.RemoveAt(_holding.Count - 1);
        rest.Slot = -1;
    }
}
