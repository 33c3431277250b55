using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// TCP viewers that join or lag: served one by one, parked while their connection takes nothing, moved forward when they lag too far.
/// </summary>
internal sealed unsafe partial class TcpDelivery
{
    /// <summary>What is copied of a frame for a connection that takes nothing now; the rest of a larger frame follows from the ring.</summary>
    private const int ParkedBytesMax = 64 * 1024;

    /// <summary>A catch-up send: about what a connection's buffer takes at once.</summary>
    private const int CatchUpBytesMax = 256 * 1024;

    private void ServeBehind()
    {
        for (int i = _behind.Count - 1; i >= 0; i--)
        {
            if (i < _behind.Count)
            {
                Serve(_behind[i]);
            }
        }
    }

    private void Serve(TcpViewer viewer)
    {
        _marks.Set(viewer);
        while (viewer.State == TcpViewerState.Behind)
        {
            if (viewer.Stream.IsParked)
            {
                Park(viewer);
                return;
            }

            if (viewer.Cursor > Next)
            {
                return; // joined ahead of this shard's front: the packets before are not for it
            }

            using ReadScope scope = _ring.Read(_shard.Index, viewer.Cursor);
            if (!ServeSome(viewer, scope.From, scope.Entries))
            {
                return;
            }
        }
    }

    /// <summary>One send to a viewer that is behind; false when there is nothing more to do for it now.</summary>
    private bool ServeSome(TcpViewer viewer, long from, in RingEntries entries)
    {
        if (from > viewer.Cursor)
        {
            if (viewer.Rest is { } rest && (rest.IsPending || (rest.Slot >= 0 && rest.IsOpen)))
            {
                return SendRest(viewer, rest);
            }

            long missed = ranges.Missed(viewer.Cursor + (viewer.Rest?.Count ?? 0), Math.Min(from, Next));
            viewer.DroppedPackets += missed;
            counters.CountDropped(DropCause.SlowClient, missed);
            viewer.Cursor = from;
            if (from > _ring.ClearedTo)
            {
                table.Counters.CountOverLag();
                viewer.Skips++;
            }

            ranges.Skip(viewer, Next);
            _held.Stop(viewer);
        }
        else
        {
            _held.Stop(viewer); // the ring has it all
        }

        if (from < Next && !viewer.VideoSkip.IsOn && LagsTooFar(viewer, entries, from) && ranges.IsFrameBoundary(entries, from, Next))
        {
            table.Counters.CountOverLag();
            viewer.Skips++;
            ranges.Skip(viewer, Next);
        }

        if (ranges.TryNext(viewer, entries, Next, out long limit, out PlanFilter filter, out bool isInStep))
        {
            return SendCatchUp(viewer, entries, limit, filter);
        }

        if (isInStep)
        {
            viewer.IsSlow = false;
            _marks.Set(viewer);
            PutInStep(viewer);
        }

        return false;
    }

    private bool SendCatchUp(TcpViewer viewer, in RingEntries entries, long limit, in PlanFilter filter)
    {
        TcpSendPlan plan = table.TcpPlan;
        long from = viewer.Cursor;
        long to = plan.Build(entries, from, limit, viewer.Class!, filter, CatchUpBytesMax);
        if (viewer.VideoSkip is { IsOn: true, Counts: true })
        {
            CountDropped(viewer, entries, from, to, filter);
        }

        int sent = plan.TotalBytes == 0 ? 0 : SendPlan(plan, viewer.Stream);
        if (sent == plan.TotalBytes)
        {
            CountSent(viewer, plan.MediaBytes, plan.MediaCount);
            if (plan.MediaCount > 0 && !viewer.VideoSkip.IsOn)
            {
                table.NoteFirst(viewer);
            }

            viewer.Cursor = to;
            return true;
        }

        if (sent >= 0)
        {
            viewer.Cursor = ParkRest(viewer, entries, from, to, sent, filter);
        }

        Park(viewer, entries, Next);
        return false;
    }

    /// <summary>
    /// Copies the rest of the frame that a send broke off in, and gives the sequence behind it. Afterwards the connection stands on a packet's end,
    /// and on a frame's end if the frame's rest was there and not too long.
    /// </summary>
    private long ParkRest(TcpViewer viewer, in RingEntries entries, long from, long to, int sentBytes, in PlanFilter filter)
    {
        uint videoTracks = _ring.VideoTracks;
        int offset = 0;
        long end = from;
        int parkBytes = 0;
        int parkedBytesMax = viewer.Stream.Account.IsMemoryShort ? 0 : ParkedBytesMax; // then a packet's rest; the frame's stays in its slabs
        bool isFrameOpen = false;
        int packets = 0;
        int mediaBytes = 0;
        for (; end < to; end++)
        {
            ref readonly RingEntry entry = ref entries[end];
            if (!TcpSendPlan.IsWanted(entry, viewer.Class!, filter, out _))
            {
                continue;
            }

            bool isVideo = !entry.IsRtcp && (videoTracks & (1u << entry.Track)) != 0;
            if (offset + entry.FrameBytes > sentBytes)
            {
                bool isNewFrame = isVideo && (entry.Flags & EntryFlags.FrameStart) != 0;
                if (parkBytes > 0 && (!isFrameOpen || isNewFrame || parkBytes + entry.FrameBytes > parkedBytesMax))
                {
                    break;
                }

                parkBytes += entry.FrameBytes - Math.Max(0, sentBytes - offset);
            }

            if (isVideo)
            {
                isFrameOpen = (entry.Flags & EntryFlags.Marker) == 0;
            }

            offset += entry.FrameBytes;
            packets += entry.IsRtcp ? 0 : 1;
            mediaBytes += entry.IsRtcp ? 0 : entry.FrameBytes;
        }

        Span<byte> rest = _shard.Scratch.AsSpan(0, parkBytes);
        int copied = table.TcpPlan.CopyTo(sentBytes, rest);
        viewer.Stream.ParkRest(rest[..copied]);
        CountSent(viewer, mediaBytes, packets);
        return end;
    }

    private bool LagsTooFar(TcpViewer viewer, in RingEntries entries, long from)
    {
        if (viewer.CatchUp is { } catchUp && viewer.Cursor < catchUp.LiveSequence)
        {
            return _shard.NowMicros > catchUp.UntilMicros; // it is meant to begin in the past
        }

        if (_shard.NowMicros <= viewer.MayLagUntilMicros)
        {
            return false;
        }

        // How many bytes one that is delayed is behind is the camera's affair.
        ref readonly RingEntry next = ref entries[from];
        bool hasTooMuch = viewer.DelayMicros == 0
            && entries[Next - 1].EndBytes - next.EndBytes > (table.Limits.LagBytesMax ?? _ring.KeepBytes / 2);
        long lagMicros = _shard.NowMicros - viewer.DelayMicros - next.ArrivalMicros;
        long lagMaxMicros = (long)table.Limits.LagMax.TotalMicroseconds;
        viewer.IsSlow |= lagMicros > lagMaxMicros / 2;
        return hasTooMuch || lagMicros > lagMaxMicros;
    }

    private void CountDropped(TcpViewer viewer, in RingEntries entries, long from, long to, in PlanFilter filter)
    {
        for (long s = from; s < to; s++)
        {
            if (!TcpSendPlan.IsWanted(entries[s], viewer.Class!, filter, out _) && TcpSendPlan.IsWanted(entries[s], viewer.Class!, default, out _))
            {
                viewer.DroppedPackets++;
                counters.CountDropped(DropCause.NotKeyFrame, 1);
            }
        }
    }

    /// <summary>
    /// The connection takes nothing now. The viewer's cursor is where it goes on; what was published before <paramref name="to"/> is held at once,
    /// the rest as it comes.
    /// </summary>
    private void Park(TcpViewer viewer, in RingEntries entries, long to)
    {
        Park(viewer);
        _held.BeginWith(viewer, entries, to);
    }

    /// <summary>The same, where nothing can be held yet.</summary>
    private void Park(TcpViewer viewer)
    {
        TakeOut(viewer);
        viewer.State = TcpViewerState.Parked;
        _parked.Add(viewer);
        if (!IsFinishing(viewer) && !viewer.VideoSkip.IsOn && _ring.VideoTracks != 0)
        {
            _held.Begin(viewer); // else it is finishing one already, or it is between access units
        }
    }

    /// <summary>It was lapped in the middle of an access unit, and gets the rest of that before anything else.</summary>
    private static bool IsFinishing(TcpViewer viewer) => viewer.Rest is { } rest && (rest.IsPending || (rest.Sent > 0 && rest.Slot >= 0));

    /// <summary>The ring has lapped a viewer in the middle of an access unit: its rest, from what is held.</summary>
    private bool SendRest(TcpViewer viewer, FrameRest rest)
    {
        if (!rest.IsPending)
        {
            return false; // its end is not published yet
        }

        TcpSendPlan plan = table.TcpPlan;
        PlanFilter filter = new(0, WithoutRtcp: false, viewer.CatchUp?.Map);
        int from = rest.Sent;
        int to = (int)plan.Build(rest.View, from, rest.Count, viewer.Class!, filter, CatchUpBytesMax);
        int sent = SendPlan(plan, viewer.Stream);
        if (sent == plan.TotalBytes)
        {
            CountSent(viewer, plan.MediaBytes, plan.MediaCount);
            rest.Sent = to;
            return true;
        }

        rest.Sent = sent >= 0 ? (int)ParkRest(viewer, rest.View, from, to, sent, filter) : to;
        Park(viewer);
        return false;
    }
}
