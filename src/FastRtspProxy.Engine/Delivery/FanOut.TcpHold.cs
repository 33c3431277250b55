using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// Parked TCP viewers and the access units that they are in the middle of: those are finished, whatever the ring does meanwhile. But no mount stops for want of the slabs that stuck
/// clients hold: when there are no others, they are given up.
/// </summary>
internal sealed unsafe partial class FanOut
{
    // Viewers whose open access unit is not published to its end yet.
    private readonly List<TcpViewer> _holding = [];

    // Viewers that hold, or wait to.
    private readonly HashSet<TcpViewer> _holders = [];

    /// <summary>Access units that were not finished because their slabs were needed. On the shard.</summary>
    public long FramesGivenUp { get; private set; }

    /// <summary>The connection takes nothing now. The viewer's cursor is where it goes on; what was published before <paramref name="to"/> is held at once, the rest as it comes.</summary>
    private void Park(TcpViewer viewer, in PacketRing.EntriesView entries, long to)
    {
        Park(viewer);
        if (viewer.Rest is { Slot: >= 0, Count: 0 } rest && rest.Extend(entries, to, viewer.Class!, Ring.VideoTracks))
        {
            LeaveHolding(rest);
        }
    }

    /// <summary>The same, where nothing can be held yet.</summary>
    private void Park(TcpViewer viewer)
    {
        TakeOut(viewer);
        viewer.State = TcpViewerState.Parked;
        if (IsFinishing(viewer) || viewer.SkipVideoUntil != 0 || Ring.VideoTracks == 0)
        {
            return; // it is finishing one already; or it is between access units
        }

        FrameRest rest = viewer.Rest ??= new FrameRest();
        rest.Begin(viewer.Cursor);
        _holders.Add(viewer);
        if (rest.Slot < 0)
        {
            rest.Slot = _holding.Count;
            _holding.Add(viewer);
        }
    }

    /// <summary>It was lapped in the middle of an access unit, and gets the rest of that before anything else.</summary>
    private static bool IsFinishing(TcpViewer viewer) => viewer.Rest is { } rest && (rest.IsPending || (rest.Sent > 0 && rest.Slot >= 0));

    /// <summary>Takes hold of what was published since the last pass.</summary>
    private void HoldFrames()
    {
        if (_holders.Count > 0 && Ring.IsShortOfSlabs)
        {
            GiveUpHolders();
        }

        for (int i = _holding.Count - 1; i >= 0; i--)
        {
            TcpViewer viewer = _holding[i];
            FrameRest rest = viewer.Rest!;
            using ReadScope scope = Ring.Read(_shard.Index, rest.Next);
            if (scope.From > rest.Next)
            {
                StopHolding(viewer); // between two passes: the unit's end is gone, and a piece would not help
            }
            else if (rest.Extend(scope.Entries, _tcpNext, viewer.Class!, Ring.VideoTracks))
            {
                LeaveHolding(rest);
            }
        }
    }

    /// <summary>The ring has lapped a viewer in the middle of an access unit: its rest, from what is held.</summary>
    private bool SendRest(TcpViewer viewer, FrameRest rest)
    {
        if (!rest.IsPending)
        {
            return false; // its end is not published yet
        }

        TcpSendPlan plan = _table.TcpPlan;
        PlanFilter filter = new(0, WithoutRtcp: false, viewer.CatchUp?.Map);
        int from = rest.Sent;
        int to = (int)plan.Build(rest.View, from, rest.Count, viewer.Class!, filter, MaxCatchUpBytes);
        int sent = SendPlan(plan, viewer.Stream);
        if (sent == plan.TotalBytes)
        {
            rest.Sent = to;
            return true;
        }

        rest.Sent = sent >= 0 ? (int)ParkRest(viewer, rest.View, from, to, sent, filter) : to;
        Park(viewer);
        return false;
    }

    /// <summary>
    /// The next slab that a mount needs must come from the clients that take nothing. One that takes bytes again before the ring laps it has lost nothing; else it is left with a torn
    /// picture, the last before its next random access point, and all of that counts as dropped. Whoever was given up holds nothing until it is parked anew.
    /// </summary>
    private void GiveUpHolders()
    {
        foreach (TcpViewer viewer in _holders)
        {
            FrameRest rest = viewer.Rest!;
            FramesGivenUp += rest.Count > rest.Sent ? 1 : 0;
            LeaveHolding(rest);
            rest.Clear();
        }

        _holders.Clear();
    }

    private void StopHolding(TcpViewer viewer)
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
