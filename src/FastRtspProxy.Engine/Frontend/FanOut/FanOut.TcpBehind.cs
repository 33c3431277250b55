using FastRtspProxy.Engine.Net;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

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
        while (viewer.State == TcpViewerState.Behind)
        {
            if (viewer.Stream.IsParked)
            {
                TakeOut(viewer);
                viewer.State = TcpViewerState.Parked;
                return;
            }

            if (viewer.Cursor > _tcpNext)
            {
                return; // joined ahead of this shard's front: the packets before are not for it
            }

            long from = Ring.BeginRead(_shard.Index, viewer.Cursor, out _, out PacketRing.EntriesView entries);
            bool goesOn = ServeSome(viewer, from, entries);
            Ring.EndRead(_shard.Index);
            if (!goesOn)
            {
                return;
            }
        }
    }

    /// <summary>One send to a viewer that is behind; false when there is nothing more to do for it now.</summary>
    private bool ServeSome(TcpViewer viewer, long from, in PacketRing.EntriesView entries)
    {
        long limit = _tcpNext;
        if (from > viewer.Cursor)
        {
            viewer.DroppedPackets += Math.Min(from, limit) - viewer.Cursor;
            viewer.Cursor = from;
            Skip(viewer);
        }
        else if (from < limit && viewer.SkipVideoUntil == 0 && LagsTooFar(entries, from, limit) && IsFrameBoundary(entries, from))
        {
            Skip(viewer);
        }

        uint without = 0;
        if (viewer.SkipVideoUntil != 0)
        {
            long randomAccess = Ring.NewestRandomAccess;
            if (viewer.SkipVideoUntil == long.MaxValue && randomAccess >= viewer.Cursor)
            {
                viewer.SkipVideoUntil = randomAccess;
            }

            if (viewer.SkipVideoUntil <= viewer.Cursor)
            {
                viewer.SkipVideoUntil = 0;
            }
            else
            {
                without = Ring.VideoTracks;
                limit = Math.Min(limit, viewer.SkipVideoUntil);
            }
        }

        if (viewer.Cursor >= limit)
        {
            if (viewer.SkipVideoUntil == 0 && viewer.Cursor == _tcpNext)
            {
                PutInStep(viewer);
            }

            return false;
        }

        return SendCatchUp(viewer, entries, limit, without);
    }

    private bool SendCatchUp(TcpViewer viewer, in PacketRing.EntriesView entries, long limit, uint without)
    {
        TcpSendPlan plan = _table.TcpPlan;
        long from = viewer.Cursor;
        long to = plan.Build(entries, from, limit, viewer.Class!, without, MaxCatchUpBytes);
        if (without != 0)
        {
            CountDropped(viewer, entries, from, to, without);
        }

        int sent = plan.TotalBytes == 0 ? 0 : SendPlan(plan, viewer.Stream);
        if (sent == plan.TotalBytes)
        {
            viewer.Cursor = to;
            return true;
        }

        TakeOut(viewer);
        viewer.State = TcpViewerState.Parked;
        if (sent >= 0)
        {
            ParkRest(viewer, entries, from, to, sent, without);
        }

        return false;
    }

    /// <summary>
    /// Copies the rest of the frame that a send broke off in, and leaves the cursor behind it. Afterwards the connection stands on a packet's end, and on a
    /// frame's end if the frame's rest was not too long.
    /// </summary>
    private void ParkRest(TcpViewer viewer, in PacketRing.EntriesView entries, long from, long to, int sentBytes, uint withoutTracks)
    {
        uint videoTracks = Ring.VideoTracks;
        int offset = 0;
        long end = from;
        int parkBytes = 0;
        bool isFrameOpen = false;
        for (; end < to; end++)
        {
            ref readonly RingEntry entry = ref entries[end];
            if (!TcpSendPlan.IsWanted(entry, viewer.Class!, withoutTracks, out _))
            {
                continue;
            }

            bool isVideo = !entry.IsRtcp && (videoTracks & (1u << entry.Track)) != 0;
            if (offset + entry.FrameBytes > sentBytes)
            {
                bool isNewFrame = isVideo && (entry.Flags & EntryFlags.FrameStart) != 0;
                if (parkBytes > 0 && (!isFrameOpen || isNewFrame || parkBytes + entry.FrameBytes > MaxParkedBytes))
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

        viewer.Cursor = end;
        Span<byte> rest = _shard.Scratch.AsSpan(0, parkBytes);
        int copied = _table.TcpPlan.CopyTo(sentBytes, rest);
        viewer.Stream.ParkRest(rest[..copied]);
    }

    private bool LagsTooFar(in PacketRing.EntriesView entries, long from, long limit)
    {
        ref readonly RingEntry next = ref entries[from];
        return _shard.NowMicros - next.ArrivalMicros > (long)_table.Limits.MaxLag.TotalMicroseconds ||
               entries[limit - 1].EndBytes - next.EndBytes > _table.Limits.MaxLagBytes;
    }

    /// <summary>Whether leaving video out from here on tears no access unit: the next video packet begins one, or the last one ended one.</summary>
    private bool IsFrameBoundary(in PacketRing.EntriesView entries, long from)
    {
        uint videoTracks = Ring.VideoTracks;
        for (long s = from; s < _tcpNext; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (!entry.IsRtcp && (videoTracks & (1u << entry.Track)) != 0)
            {
                return (entry.Flags & EntryFlags.FrameStart) != 0;
            }
        }

        return true;
    }

    /// <summary>From here on video is left out until the next random access point; without video, everything up to the front is.</summary>
    private void Skip(TcpViewer viewer)
    {
        viewer.Skips++;
        if (Ring.VideoTracks == 0)
        {
            viewer.DroppedPackets += Math.Max(0, _tcpNext - viewer.Cursor);
            viewer.Cursor = Math.Max(viewer.Cursor, _tcpNext);
            return;
        }

        viewer.SkipVideoUntil = long.MaxValue;
    }

    private static void CountDropped(TcpViewer viewer, in PacketRing.EntriesView entries, long from, long to, uint without)
    {
        for (long s = from; s < to; s++)
        {
            if (!TcpSendPlan.IsWanted(entries[s], viewer.Class!, without, out _) && TcpSendPlan.IsWanted(entries[s], viewer.Class!, 0, out _))
            {
                viewer.DroppedPackets++;
            }
        }
    }
}
