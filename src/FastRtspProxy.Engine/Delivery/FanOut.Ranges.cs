using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>What a viewer that is not in step gets next: the past, squeezed; the present without video; or just what the others had.</summary>
internal sealed partial class FanOut
{
    private void BeginRanges(Viewer viewer)
    {
        viewer.Cursor = viewer.JoinSequence;
        viewer.SkipVideoUntil = 0;
        viewer.OthersFrom = viewer.CatchUp?.LiveSequence ?? 0;
        viewer.OtherTracks = viewer.CatchUp is { } catchUp ? ~(1u << catchUp.Track) : 0;
        if (viewer.WaitsForRandomAccess && HasVideo(viewer))
        {
            viewer.SkipVideoUntil = long.MaxValue;
            viewer.SkipEndMicros = _shard.NowMicros + (long)(viewer.MaxRandomAccessWait ?? _table.Limits.MaxRandomAccessWait).TotalMicroseconds;
            viewer.SkipCounts = false;
        }
    }

    private bool HasVideo(Viewer viewer)
    {
        uint videoTracks = Ring.VideoTracks;
        for (int track = 0; track < RingOptions.MaxTracks; track++)
        {
            if ((videoTracks & (1u << track)) != 0 && viewer.Has(track))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next range from the cursor on. False: nothing before the front; <paramref name="isInStep"/>: and nothing sets this viewer apart any more.</summary>
    private bool TryNextRange(Viewer viewer, in PacketRing.EntriesView entries, long front, out long limit, out PlanFilter filter, out bool isInStep)
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

        if (viewer.SkipVideoUntil != 0)
        {
            SkipRange(viewer, entries, ref limit, ref filter);
        }

        isInStep = viewer.Cursor == front && viewer.CatchUp is null && viewer.SkipVideoUntil == 0;
        return viewer.Cursor < limit;
    }

    /// <summary>Whether pictures after the live edge at the join get other timestamps as well; at most those up to <paramref name="limit"/>.</summary>
    private bool StillNeedsMap(CatchUp catchUp, in PacketRing.EntriesView entries, long from, ref long limit)
    {
        if (catchUp.Map is not { } map)
        {
            return false;
        }

        bool hasReordering = Ring.HasReordering;
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

    private void SkipRange(Viewer viewer, in PacketRing.EntriesView entries, ref long limit, ref PlanFilter filter)
    {
        long randomAccess = Ring.NewestRandomAccess;
        if (viewer.SkipVideoUntil == long.MaxValue && randomAccess >= viewer.Cursor)
        {
            viewer.SkipVideoUntil = randomAccess;
        }

        // Intra refresh, or groups of minutes: a frozen picture is worse than one that mends itself.
        bool isTooLong = viewer.SkipVideoUntil == long.MaxValue &&
            _shard.NowMicros > viewer.SkipEndMicros &&
            IsFrameBoundary(entries, viewer.Cursor, limit);
        if (viewer.SkipVideoUntil <= viewer.Cursor || isTooLong)
        {
            viewer.SkipVideoUntil = 0;
            return;
        }

        // One that lagged goes on hearing; one that joins begins with everything at once, as a recorder and a player that must line up its tracks would have it.
        filter = viewer.SkipCounts ? filter with { WithoutTracks = filter.WithoutTracks | Ring.VideoTracks } : filter with { WithoutTracks = uint.MaxValue, WithoutRtcp = true };
        limit = Math.Min(limit, viewer.SkipVideoUntil);
        if (viewer.SkipVideoUntil == long.MaxValue)
        {
            limit = BeforeLeadingPackets(entries, viewer.Cursor, limit);
        }
    }

    /// <summary>
    /// Where the newest packets that only lead a picture (parameter sets, SEI, delimiters) begin: their picture, still on its way, may be the one that is waited
    /// for, and then it begins with them.
    /// </summary>
    private long BeforeLeadingPackets(in PacketRing.EntriesView entries, long from, long to)
    {
        uint videoTracks = Ring.VideoTracks;
        long begin = to;
        for (long s = to - 1; s >= from; s--)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.IsRtcp || (videoTracks & (1u << entry.Track)) == 0)
            {
                continue;
            }

            if ((entry.Flags & (EntryFlags.ParameterSets | EntryFlags.NonVcl)) == 0 || (entry.Flags & EntryFlags.Marker) != 0)
            {
                break;
            }

            begin = s;
        }

        return begin;
    }

    /// <summary>Packets from one point to another that a viewer was too slow for: not those that were thrown away with a lost camera, which nobody could have got.</summary>
    private long Missed(long from, long to) => Math.Max(0, to - Math.Max(from, Ring.ClearedTo));

    /// <summary>From here on video is left out until the next random access point; without video, everything up to the front is.</summary>
    private void Skip(Viewer viewer, long front)
    {
        if (viewer.CatchUp is { IsSpread: true } catchUp)
        {
            catchUp.Return(); // its times run ahead of the others' until its edge: without the map they would go back
        }
        else
        {
            EndCatchUp(viewer);
        }

        if (Ring.VideoTracks == 0)
        {
            viewer.DroppedPackets += Math.Max(0, front - viewer.Cursor);
            viewer.Cursor = Math.Max(viewer.Cursor, front);
            return;
        }

        viewer.SkipVideoUntil = long.MaxValue;
        viewer.SkipEndMicros = _shard.NowMicros + (long)_table.Limits.MaxRandomAccessWait.TotalMicroseconds;
        viewer.SkipCounts = true;
    }

    private static void EndCatchUp(Viewer viewer)
    {
        viewer.CatchUp?.Return();
        viewer.CatchUp = null;
    }

    /// <summary>Whether leaving video out, or letting it in, from here on tears no access unit: the next video packet begins one.</summary>
    private bool IsFrameBoundary(in PacketRing.EntriesView entries, long from, long front)
    {
        uint videoTracks = Ring.VideoTracks;
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
