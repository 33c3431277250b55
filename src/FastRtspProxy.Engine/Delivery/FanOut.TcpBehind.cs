using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>TCP viewers that join or lag: served one by one, parked while their connection takes nothing, moved forward when they lag too far.</summary>
internal sealed unsafe partial class FanOut
{
    /// <summary>What is copied of a frame for a connection that takes nothing now; the rest of a larger frame follows from the ring.</summary>
    private const int MaxParkedBytes = 64 * 1024;

    /// <summary>A catch-up send: about what a connection's buffer takes at once.</summary>
    private const int MaxCatchUpBytes = 256 * 1024;

    private void ServeTcpBehind()
    {
        for (int i = _tcpBehind.Count - 1; i >= 0; i--)
        {
            if (i < _tcpBehind.Count)
            {
                Serve(_tcpBehind[i]);
            }
        }
    }

    private void Serve(TcpViewer viewer)
    {
        SetMark(viewer, _unsentMarkBytes);
        while (viewer.State == TcpViewerState.Behind)
        {
            if (viewer.Stream.IsParked)
            {
                Park(viewer);
                return;
            }

            if (viewer.Cursor > _tcpNext)
            {
                return; // joined ahead of this shard's front: the packets before are not for it
            }

            using ReadScope scope = Ring.Read(_shard.Index, viewer.Cursor);
            if (!ServeSome(viewer, scope.From, scope.Entries))
            {
                return;
            }
        }
    }

    /// <summary>One send to a viewer that is behind; false when there is nothing more to do for it now.</summary>
    private bool ServeSome(TcpViewer viewer, long from, in PacketRing.EntriesView entries)
    {
        if (from > viewer.Cursor)
        {
            if (viewer.Rest is { } rest && (rest.Slot >= 0 || rest.IsPending))
            {
                return SendRest(viewer, rest);
            }

            viewer.DroppedPackets += Missed(viewer.Cursor + (viewer.Rest?.Count ?? 0), Math.Min(from, _tcpNext));
            viewer.Cursor = from;
            viewer.Skips++;
            Skip(viewer, _tcpNext);
            StopHolding(viewer);
        }
        else
        {
            StopHolding(viewer); // the ring has it all
        }

        if (from < _tcpNext && viewer.SkipVideoUntil == 0 && LagsTooFar(viewer, entries, from) && IsFrameBoundary(entries, from, _tcpNext))
        {
            viewer.Skips++;
            Skip(viewer, _tcpNext);
        }

        if (TryNextRange(viewer, entries, _tcpNext, out long limit, out PlanFilter filter, out bool isInStep))
        {
            return SendCatchUp(viewer, entries, limit, filter);
        }

        if (isInStep)
        {
            PutInStep(viewer);
        }

        return false;
    }

    private bool SendCatchUp(TcpViewer viewer, in PacketRing.EntriesView entries, long limit, in PlanFilter filter)
    {
        TcpSendPlan plan = _table.TcpPlan;
        long from = viewer.Cursor;
        long to = plan.Build(entries, from, limit, viewer.Class!, filter, MaxCatchUpBytes);
        if (viewer.SkipVideoUntil != 0 && viewer.SkipCounts)
        {
            CountDropped(viewer, entries, from, to, filter);
        }

        int sent = plan.TotalBytes == 0 ? 0 : SendPlan(plan, viewer.Stream);
        if (sent == plan.TotalBytes)
        {
            viewer.Cursor = to;
            return true;
        }

        if (sent >= 0)
        {
            viewer.Cursor = ParkRest(viewer, entries, from, to, sent, filter);
        }

        Park(viewer, entries, _tcpNext);
        return false;
    }

    /// <summary>
    /// Copies the rest of the frame that a send broke off in, and gives the sequence behind it. Afterwards the connection stands on a packet's end, and on a
    /// frame's end if the frame's rest was there and not too long.
    /// </summary>
    private long ParkRest(TcpViewer viewer, in PacketRing.EntriesView entries, long from, long to, int sentBytes, in PlanFilter filter)
    {
        uint videoTracks = Ring.VideoTracks;
        int offset = 0;
        long end = from;
        int parkBytes = 0;
        int maxParkedBytes = viewer.Stream.Account.IsMemoryShort ? 0 : MaxParkedBytes; // then a packet's rest; the frame's stays in its slabs
        bool isFrameOpen = false;
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
                if (parkBytes > 0 && (!isFrameOpen || isNewFrame || parkBytes + entry.FrameBytes > maxParkedBytes))
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
        }

        Span<byte> rest = _shard.Scratch.AsSpan(0, parkBytes);
        int copied = _table.TcpPlan.CopyTo(sentBytes, rest);
        viewer.Stream.ParkRest(rest[..copied]);
        return end;
    }

    private bool LagsTooFar(TcpViewer viewer, in PacketRing.EntriesView entries, long from)
    {
        if (viewer.CatchUp is { } catchUp && viewer.Cursor < catchUp.LiveSequence)
        {
            return _shard.NowMicros > catchUp.UntilMicros; // it is meant to begin in the past
        }

        ref readonly RingEntry next = ref entries[from];
        return _shard.NowMicros - next.ArrivalMicros > (long)_table.Limits.MaxLag.TotalMicroseconds ||
               entries[_tcpNext - 1].EndBytes - next.EndBytes > (_table.Limits.MaxLagBytes ?? Ring.KeepBytes / 2);
    }

    private static void CountDropped(TcpViewer viewer, in PacketRing.EntriesView entries, long from, long to, in PlanFilter filter)
    {
        for (long s = from; s < to; s++)
        {
            if (!TcpSendPlan.IsWanted(entries[s], viewer.Class!, filter, out _) && TcpSendPlan.IsWanted(entries[s], viewer.Class!, default, out _))
            {
                viewer.DroppedPackets++;
            }
        }
    }
}
