using System.Collections.Immutable;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a client that joins a playing mount begins: in the cached past, at the next random access point, or with whatever comes next.</summary>
internal sealed partial class Mount
{
    /// <summary>
    /// How long the squeezed past takes in the client's presentation: long enough that a player's buffer sees ordinary, if short, frame intervals; short
    /// enough that the client is not visibly behind afterwards.
    /// </summary>
    private const int SqueezedMillis = 20;

    /// <summary>A client that has not caught up after so long gets the present instead.</summary>
    private const long CatchUpMicros = 5_000_000;

    /// <summary>
    /// The longest group of pictures that a joiner is made to wait for when nobody asked for it. Players that get no picture for 5 s begin to doubt: rtspsrc
    /// tries TCP instead, ffmpeg ends its look at the stream.
    /// </summary>
    private const long ShortGroupMicros = 4_000_000;

    /// <summary>The same where somebody asked for it; as <see cref="FanOutLimits.MaxRandomAccessWait"/>.</summary>
    private const long LongestWaitMicros = 12_000_000;

    private long _playingSinceMicros;
    private bool _saidGroupTooLong;

    private PlayGrant GrantNow(MountClient client)
    {
        (long sequence, ImmutableArray<TrackStart> tracks) = TakeSnapshot(withReports: true);
        PlayGrant live = new(PlayOutcome.Playing, sequence, tracks);
        StartMode mode = client.Start ?? _options.Start;
        if (mode == StartMode.Auto)
        {
            mode = HasShortGroups ? StartMode.Keyframe : StartMode.Live;
        }

        uint videoTracks = Ring.VideoTracks;
        if (mode == StartMode.Live || videoTracks == 0)
        {
            return live;
        }

        if (mode == StartMode.Instant && StartInPast(live) is { } past)
        {
            return past;
        }

        // Which packet the picture begins with is not known yet, so RTP-Info must not name it.
        return live with
        {
            WaitsForRandomAccess = true,
            Tracks = [.. tracks.Select(t => (videoTracks & (1u << t.Track)) != 0 ? t with { SequenceNumber = null } : t)],
        };
    }

    /// <summary>Groups of pictures are short as far as is known: neither the last one took longer, nor the one that is coming in.</summary>
    private bool HasShortGroups =>
        Ring.RandomAccessIntervalMicros <= ShortGroupMicros && Shard.NowMicros - Math.Max(Ring.RandomAccessMicros, _playingSinceMicros) <= ShortGroupMicros;

    /// <summary>How long a session's first pictures are held back if no decoder can start from them. As LIVE555 does (<see cref="StartMode.Live"/>): not at all.</summary>
    private long RandomAccessWaitMicros() => _options.Start switch
    {
        StartMode.Live => 0,
        StartMode.Auto => Ring.RandomAccessIntervalMicros <= ShortGroupMicros ? ShortGroupMicros : 0,
        _ => LongestWaitMicros,
    };

    private PlayGrant? StartInPast(PlayGrant live)
    {
        long start = Ring.NewestRandomAccess;
        if (start < 0)
        {
            SayGroupTooLong();
            return null;
        }

        bool isKept = Ring.BeginRead(Shard.Index, start, out long head, out PacketRing.EntriesView entries) == start && start < head;
        PlayGrant? grant = isKept ? StartAt(entries, start, head, live) : null;
        Ring.EndRead(Shard.Index);
        return grant;
    }

    private PlayGrant? StartAt(in PacketRing.EntriesView entries, long start, long head, PlayGrant live)
    {
        ref readonly RingEntry first = ref entries[start];
        long bytes = entries[head - 1].EndBytes - first.EndBytes + first.FrameBytes;
        if (_options.CatchUpBudget is { } budget && !budget.TryTake(bytes))
        {
            return null;
        }

        int track = first.Track;
        uint edge = first.Timestamp;
        uint frames = 0;
        int packets = 0;
        for (long s = start; s < head; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            if (entry.Track != track || entry.IsRtcp)
            {
                continue;
            }

            packets++;
            if ((entry.Flags & EntryFlags.FrameStart) != 0)
            {
                edge = (int)(entry.Timestamp - edge) > 0 ? entry.Timestamp : edge;
                frames++;
            }
        }

        IngestTrack video = _ingest.Tracks[track];
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
                : t.RtpTime is null ? t : t with { RtpTime = _ingest.Tracks[t.Track].Timeline.TimestampAt(beginMicros) });
        }

        CatchUp catchUp = new(head, track, squeezed < span ? map : null, Shard.NowMicros + CatchUpMicros, _options.CatchUpBudget, bytes)
        {
            PastPackets = packets,
            ClockRateHz = video.ClockRate,
        };
        return live with { JoinSequence = start, Tracks = tracks.MoveToImmutable(), CatchUp = catchUp };
    }

    private void SayGroupTooLong()
    {
        if (!_saidGroupTooLong && Shard.NowMicros - _playingSinceMicros > (long)_options.GopCacheDuration.TotalMicroseconds)
        {
            _saidGroupTooLong = true;
            MountLog.GroupTooLong(_log, Name);
        }
    }
}
