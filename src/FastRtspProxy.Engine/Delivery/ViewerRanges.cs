using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// What a viewer that is not in step gets next: the past, squeezed; the present without video; or just what the others had. On the shard.
/// </summary>
internal sealed class ViewerRanges(PacketRing ring, Shard shard, FanOutLimits limits, DeliveryCounters counters)
{
    /// <summary>What is due within so long goes at once: a viewer that is delayed has a turn for a picture, not for a packet.</summary>
    private const long SliceMicros = 3000;

    /// <summary>When the first viewer that is delayed has something to get; <see cref="long.MaxValue"/>: that is not known to be.</summary>
    public long NextDueMicros { get; set; } = long.MaxValue;

    /// <summary>A viewer has come.</summary>
    public void Begin(Viewer viewer)
    {
        viewer.Cursor = viewer.JoinSequence;
        viewer.MayLagUntilMicros = viewer.CatchUp is { Track: null } past ? past.UntilMicros : 0;
        viewer.VideoSkip = default;
        viewer.OtherTracks = viewer.CatchUp?.OtherTracks ?? 0;
        viewer.OthersFrom = viewer.CatchUp is { OtherTracks: not 0 } catchUp ? catchUp.LiveSequence : 0;
        if (viewer.WaitsForRandomAccess && HasVideo(viewer))
        {
            TimeSpan wait = viewer.MaxRandomAccessWait ?? limits.MaxRandomAccessWait;
            viewer.VideoSkip.Begin(shard.NowMicros + (long)wait.TotalMicroseconds, counts: false);
        }
    }

    private bool HasVideo(Viewer viewer)
    {
        uint videoTracks = ring.VideoTracks;
        for (int track = 0; track < RingOptions.TracksMax; track++)
        {
            if ((videoTracks & (1u << track)) != 0 && viewer.Has(track))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The next range from the cursor on. False: nothing before the front; <paramref name="isInStep"/>: and nothing sets this viewer apart any more.
    /// </summary>
    public bool TryNext(Viewer viewer, in RingEntries entries, long front, out long limit, out PlanFilter filter, out bool isInStep)
    {
        limit = front;
        filter = default;
        if (viewer.CatchUp is { } catchUp && viewer.Cursor >= catchUp.LiveSequence)
        {
            catchUp.Return();
            if (!StillNeedsMap(catchUp, entries, viewer.Cursor, ref limit))
            {
                EndCatchUp(viewer);
            }
        }

        if (viewer.Cursor < viewer.OthersFrom)
        {
            limit = Math.Min(limit, viewer.OthersFrom);
            filter = new PlanFilter(viewer.OtherTracks, WithoutRtcp: true, viewer.CatchUp?.Map);
        }
        else
        {
            filter = new PlanFilter(0, WithoutRtcp: false, viewer.CatchUp?.Map);
        }

        if (viewer.VideoSkip.IsOn)
        {
            LeaveVideoOut(ref viewer.VideoSkip, viewer.Cursor, entries, ref limit, ref filter);
        }

        if (viewer.DelayMicros > 0)
        {
            limit = entries.FirstAfter(viewer.Cursor, limit, shard.NowMicros + SliceMicros - viewer.DelayMicros);
            if (limit == viewer.Cursor && limit < front)
            {
                NextDueMicros = Math.Min(NextDueMicros, entries[limit].ArrivalMicros + viewer.DelayMicros);
            }
        }

        if (viewer.EndMicros is { } endMicros)
        {
            viewer.EndSequence ??= EndAt(endMicros, entries, viewer.Cursor, limit);
            limit = Math.Min(limit, viewer.EndSequence ?? limit);
        }

        isInStep = viewer.Cursor == front && viewer is { CatchUp: null, DelayMicros: 0, EndMicros: null } && !viewer.VideoSkip.IsOn;
        return viewer.Cursor < limit;
    }

    /// <summary>The first packet behind a moment that tears no picture; null: it is not among these.</summary>
    private long? EndAt(long endMicros, in RingEntries entries, long from, long to)
    {
        uint videoTracks = ring.VideoTracks;
        for (long s = entries.FirstAfter(from, to, endMicros); s < to; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            bool isVideo = !entry.IsRtcp && (videoTracks & (1u << entry.Track)) != 0;
            if (videoTracks == 0 || (isVideo && (entry.Flags & EntryFlags.FrameStart) != 0))
            {
                return s;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether pictures after the live edge at the join get other timestamps as well; at most those up to <paramref name="limit"/>.
    /// </summary>
    private bool StillNeedsMap(CatchUp catchUp, in RingEntries entries, long from, ref long limit)
    {
        if (catchUp.Map is not { } map)
        {
            return false;
        }

        bool hasReordering = ring.HasReordering;
        if (!hasReordering && !catchUp.IsSpread)
        {
            return false;
        }

        // With B-frames, pictures that come after the edge may belong before it: at most 16 pictures later (H.264 A.3.1, max_dec_frame_buffering).
        uint end = map.Edge + (hasReordering ? (uint)catchUp.ClockRateHz : 0);
        for (long s = from; s < limit; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.Track == map.Track && !entry.IsRtcp && (int)(entry.Timestamp - end) >= 0)
            {
                limit = s > from ? s : limit;
                return s > from;
            }
        }

        return true;
    }

    /// <summary>Takes video out of a range while it is skipped, and ends that at a random access point, or when none came for too long.</summary>
    public void LeaveVideoOut(ref VideoSkip skip, long cursor, in RingEntries entries, ref long limit, ref PlanFilter filter)
    {
        long randomAccess = ring.NewestRandomAccess;
        if (skip.Until == long.MaxValue && randomAccess >= cursor)
        {
            skip.Until = randomAccess;
        }

        // Intra refresh, or groups of minutes: a frozen picture is worse than one that mends itself.
        bool isTooLong = skip.Until == long.MaxValue && shard.NowMicros > skip.EndMicros && IsFrameBoundary(entries, cursor, limit);
        if (skip.Until <= cursor || isTooLong)
        {
            skip.Until = 0;
            return;
        }

        // One that lagged goes on hearing; one that joins begins with everything at once, as a recorder and a player that must line up its tracks
        // would have it.
        filter = skip.Counts
            ? filter with { WithoutTracks = filter.WithoutTracks | ring.VideoTracks }
            : filter with { WithoutTracks = uint.MaxValue, WithoutRtcp = true };
        limit = Math.Min(limit, skip.Until);
        if (skip.Until == long.MaxValue)
        {
            limit = LeadingPackets.Before(entries, cursor, limit, ring.VideoTracks);
        }
    }

    /// <summary>
    /// Packets from one point to another that a viewer was too slow for: not those that were thrown away with a lost camera, which nobody could have
    /// got.
    /// </summary>
    public long Missed(long from, long to) => Math.Max(0, to - Math.Max(from, ring.ClearedTo));

    /// <summary>
    /// A viewer lagged: from here on video is left out until the next random access point; without video, everything up to the front is.
    /// </summary>
    public void Skip(Viewer viewer, long front)
    {
        if (viewer.CatchUp is { IsSpread: true } catchUp)
        {
            catchUp.Return(); // its times run ahead of the others' until its edge: without the map they would go back
        }
        else
        {
            EndCatchUp(viewer);
        }

        if (ring.VideoTracks == 0)
        {
            long missed = Math.Max(0, front - viewer.Cursor);
            viewer.DroppedPackets += missed;
            counters.CountDropped(DropCause.SlowClient, missed);
            viewer.Cursor = Math.Max(viewer.Cursor, front);
            return;
        }

        Skip(ref viewer.VideoSkip);
    }

    /// <summary>Whoever it concerns lagged: video is left out until the next random access point.</summary>
    public void Skip(ref VideoSkip skip) => skip.Begin(shard.NowMicros + (long)limits.MaxRandomAccessWait.TotalMicroseconds, counts: true);

    /// <summary>The viewer needs nothing of the past any more.</summary>
    public static void EndCatchUp(Viewer viewer)
    {
        viewer.CatchUp?.Return();
        viewer.CatchUp = null;
    }

    /// <summary>Whether leaving video out, or letting it in, from here on tears no access unit: the next video packet begins one.</summary>
    public bool IsFrameBoundary(in RingEntries entries, long from, long front)
    {
        uint videoTracks = ring.VideoTracks;
        for (long s = from; s < front; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (!entry.IsRtcp && (videoTracks & (1u << entry.Track)) != 0)
            {
                return (entry.Flags & EntryFlags.FrameStart) != 0;
            }
        }

        return true;
    }
}
