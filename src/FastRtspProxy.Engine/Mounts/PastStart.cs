using System.Collections.Immutable;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Begins a client in the cached past, at the newest random access point of its tracks: all tracks as they were, or the picture's track alone,
/// squeezed into hardly any time up to the present. On the mount's shard.
/// </summary>
internal sealed class PastStart(Shard shard, MountSettings settings, PacketRing ring, MountIngest ingest, ILogger log)
{
    /// <summary>
    /// How long the squeezed past takes in the client's presentation: hardly more than it takes to come, over TCP. Times that run ahead of their
    /// coming make rtspsrc's clock estimate wrong by seconds (with 20 ms, 3 of 8 joins late in a 10 s group).
    /// </summary>
    private const int SqueezedMillis = 1;

    /// <summary>A client that has not caught up after so long, and as long as the past lasted, gets the present instead.</summary>
    private const long CatchUpMicrosMax = 5_000_000;

    private readonly KeptNews _kept = new(shard, settings, ring, log);

    /// <summary>Set when it was said that the camera's groups do not fit the cache; that is said once in a mount's life.</summary>
    private bool _saidGroupTooLong;

    /// <inheritdoc cref="KeptNews.Note"/>
    public void NoteKept() => _kept.Note();

    /// <summary>Turns a start at the live edge into one in the past; null where the past is not kept, or the budget of catch-up is used up.</summary>
    /// <param name="live">Where it would begin.</param>
    /// <param name="choice">Whether the past is squeezed, or keeps its pace.</param>
    /// <param name="wish">What the client has set up, and from which moment on it wants what came; where it names none: the newest past.</param>
    /// <param name="playingSinceMicros">When the camera was asked to play.</param>
    public PlayGrant? Begin(PlayGrant live, in JoinChoice choice, in PlayWish wish, long playingSinceMicros)
    {
        long? fromMicros = wish.FromMicros;
        long start = fromMicros is { } moment ? ring.JoinableAt(moment, shard.NowMicros, shard.Index, wish.TrackMask)
            : choice.IsForProbing ? ring.Units.PointForProbing(shard.NowMicros, wish.TrackMask)
            : -1;
        start = start < 0 && fromMicros is null ? ring.Units.JoinableNewest(wish.TrackMask, ofEach: choice.Place == JoinPlace.Past) : start;
        if (start < 0)
        {
            SayGroupTooLong(playingSinceMicros);
            return null;
        }

        using ReadScope scope = ring.Read(shard.Index, start);
        bool isKept = scope.From == start && start < scope.Head;
        if (!isKept)
        {
            return null;
        }

        RingEntries entries = scope.Entries;
        ref readonly RingEntry first = ref entries[start];
        if (choice.IsDelayed)
        {
            return Delayed(entries, start, scope.Head, live);
        }

        long bytes = entries[scope.Head - 1].EndBytes - first.EndBytes + first.FrameBytes;
        if (settings.CatchUpBudget is { } budget && !budget.TryTake(bytes))
        {
            // Whoever names a moment gets what came since: at its own pace that takes no more than the present does.
            return fromMicros is null ? null : Delayed(entries, start, scope.Head, live);
        }

        return choice.Place == JoinPlace.SqueezedPast
            ? Squeezed(entries, start, scope.Head, bytes, live)
            : AsItWas(entries, start, scope.Head, bytes, live);
    }

    /// <summary>Whether something is kept of a time that is over, for who begins at the earlier moment of it, or in the present.</summary>
    public bool Has(long? fromMicros, long toMicros)
    {
        long start = fromMicros is { } moment ? ring.JoinableAt(moment, shard.NowMicros, shard.Index) : -1;
        if (start < 0)
        {
            return false;
        }

        using ReadScope scope = ring.Read(shard.Index, start);
        return scope.From == start && start < scope.Head && scope.Entries[start].ArrivalMicros <= toMicros;
    }

    /// <summary>All tracks as they were, as much later as the first packet of it is old.</summary>
    private PlayGrant Delayed(in RingEntries entries, long start, long head, PlayGrant live)
    {
        ref readonly RingEntry first = ref entries[start];
        return live with
        {
            JoinSequence = start,
            Tracks = TracksAt(entries, start, head, live, out _, out _),
            FromMicros = first.ArrivalMicros,
            DelayMicros = Math.Max(1, shard.NowMicros - first.ArrivalMicros),
        };
    }

    private PlayGrant AsItWas(in RingEntries entries, long start, long head, long bytes, PlayGrant live)
    {
        ref readonly RingEntry first = ref entries[start];
        ImmutableArray<TrackStart> tracks = TracksAt(entries, start, head, live, out int packets, out int firstPackets);
        long spanMicros = Math.Max(1, entries[head - 1].ArrivalMicros - first.ArrivalMicros);
        CatchUp catchUp = new(head, track: null, map: null, shard.NowMicros + CatchUpMicrosMax + spanMicros, settings.CatchUpBudget, bytes)
        {
            PastPackets = packets,
            FirstPackets = firstPackets,
            SpanMicros = spanMicros,
        };
        return live with { JoinSequence = start, Tracks = tracks, CatchUp = catchUp, FromMicros = first.ArrivalMicros };
    }

    /// <summary>Where each track begins, all at one moment: that of the first picture.</summary>
    private ImmutableArray<TrackStart> TracksAt(
        in RingEntries entries, long start, long head, PlayGrant live, out int packets, out int firstPackets)
    {
        ref readonly RingEntry first = ref entries[start];
        Span<int> firstNumbers = stackalloc int[RingOptions.TracksMax];
        firstNumbers.Fill(-1);
        Span<long> firstOf = stackalloc long[RingOptions.TracksMax];
        packets = 0;
        firstPackets = 0;
        for (long s = start; s < head; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.IsRtcp)
            {
                continue;
            }

            packets++;
            firstPackets += entry.Track == first.Track && entry.Timestamp == first.Timestamp ? 1 : 0;
            if (firstNumbers[entry.Track] < 0)
            {
                firstNumbers[entry.Track] = entry.SequenceNumber;
                firstOf[entry.Track] = s;
            }
        }

        ImmutableArray<TrackStart>.Builder tracks = ImmutableArray.CreateBuilder<TrackStart>(live.Tracks.Length);
        foreach (TrackStart track in live.Tracks)
        {
            int number = firstNumbers[track.Track];
            TrackStart begun = number < 0 ? track : track with { SequenceNumber = (ushort)number };
            tracks.Add(begun.RtpTime is null ? begun : begun with
            {
                RtpTime = begun.Track == first.Track ? first.Timestamp
                    : number >= 0 && start < ring.Units.InterruptedAt ? TimestampBefore(entries[firstOf[begun.Track]], first.ArrivalMicros)
                    : ingest.Tracks[begun.Track].Timeline.TimestampAt(first.ArrivalMicros),
            });
        }

        return tracks.MoveToImmutable();
    }

    /// <summary>What the present session knows of times says nothing of those of an earlier one: by when a packet of it came.</summary>
    private uint TimestampBefore(in RingEntry entry, long micros) =>
        unchecked(entry.Timestamp - (uint)((entry.ArrivalMicros - micros) * ingest.Tracks[entry.Track].ClockRate / 1_000_000));

    private PlayGrant Squeezed(in RingEntries entries, long start, long head, long bytes, PlayGrant live)
    {
        ref readonly RingEntry first = ref entries[start];
        int track = first.Track;
        uint edge = first.Timestamp;
        uint frames = 0;
        int packets = 0;
        int firstPackets = 0;
        for (long s = start; s < head; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.Track != track || entry.IsRtcp)
            {
                continue;
            }

            packets++;
            firstPackets += entry.Timestamp == first.Timestamp ? 1 : 0;
            if ((entry.Flags & EntryFlags.FrameStart) != 0)
            {
                edge = (int)(entry.Timestamp - edge) > 0 ? entry.Timestamp : edge;
                frames++;
            }
        }

        IngestTrack video = ingest.Tracks[track];
        uint span = edge - first.Timestamp;

        // At least two ticks a frame: different timestamps stay different.
        uint squeezed = Math.Min(span, Math.Max((uint)(video.ClockRate / 1000 * SqueezedMillis), frames * 2));
        TimestampMap map = new(track, edge, span, squeezed);
        long squeezedMicros = squeezed * 1_000_000L / video.ClockRate;
        long beginMicros = video.Timeline.LastArrivalMicros - squeezedMicros;
        ushort sequenceNumber = first.SequenceNumber;
        uint rtpTime = map.Map(first.Timestamp);
        ImmutableArray<TrackStart>.Builder tracks = ImmutableArray.CreateBuilder<TrackStart>(live.Tracks.Length);
        foreach (TrackStart t in live.Tracks)
        {
            // All tracks name the same moment: that of the first squeezed picture.
            tracks.Add(t.Track == track
                ? t with { SequenceNumber = sequenceNumber, RtpTime = rtpTime }
                : t.RtpTime is null ? t : t with { RtpTime = ingest.Tracks[t.Track].Timeline.TimestampAt(beginMicros) });
        }

        bool isMapped = squeezed < span;
        long catchUpUntil = shard.NowMicros + CatchUpMicrosMax;
        CatchUp catchUp = new(head, track, isMapped ? map : null, catchUpUntil, settings.CatchUpBudget, bytes)
        {
            PastPackets = packets,
            FirstPackets = firstPackets,
            ClockRateHz = video.ClockRate,
            SpanMicros = isMapped ? Math.Max(1, span * 1_000_000L / video.ClockRate) : 0,
        };
        return live with { JoinSequence = start, Tracks = tracks.MoveToImmutable(), CatchUp = catchUp };
    }

    private void SayGroupTooLong(long playingSinceMicros)
    {
        if (!_saidGroupTooLong && shard.NowMicros - playingSinceMicros > (long)settings.GopCacheDuration.TotalMicroseconds)
        {
            _saidGroupTooLong = true;
            MountLog.GroupTooLong(log, settings.Name);
        }
    }
}
