using System.Collections.Immutable;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a client that joins a playing mount begins: in the cached past, at the next random access point, or with whatever comes next.</summary>
internal sealed partial class Mount
{
    /// <summary>
    /// How long the squeezed past takes in the client's presentation: hardly more than it takes to come, over TCP. Times that run ahead of their coming make
    /// rtspsrc's clock estimate wrong by seconds (with 20 ms, 3 of 8 joins late in a 10 s group).
    /// </summary>
    private const int SqueezedMillis = 1;

    /// <summary>A client that has not caught up after so long gets the present instead.</summary>
    private const long CatchUpMicros = 5_000_000;

    /// <summary>
    /// The longest group of pictures that a joiner is made to wait for when nobody asked for it: 4 s, and what the arrivals jitter. Players that get no picture
    /// for 5 s begin to doubt: rtspsrc tries TCP instead, ffmpeg ends its look at the stream.
    /// </summary>
    private const long ShortGroupMicros = 4_500_000;

    /// <summary>The same where somebody asked for it; as <see cref="FanOutLimits.MaxRandomAccessWait"/>.</summary>
    private const long LongestWaitMicros = 12_000_000;

    private long _playingSinceMicros;
    private bool _saidGroupTooLong;

    private PlayGrant GrantNow(PlayWish wish)
    {
        (long sequence, ImmutableArray<TrackStart> tracks) = TakeSnapshot(withReports: true);
        PlayGrant live = new(PlayOutcome.Playing, sequence, tracks);
        StartMode mode = wish.Start ?? _options.Start;
        if (wish.Resumes && mode != StartMode.Instant)
        {
            return live;
        }

        long? waitMicros = null;
        if (mode == StartMode.Auto)
        {
            waitMicros = ShortGroupMicros - GroupAgeMicros;
            mode = waitMicros > 0 && Ring.RandomAccessIntervalMicros <= ShortGroupMicros ? StartMode.Keyframe : StartMode.Live;
        }

        uint videoTracks = Ring.VideoTracks & wish.TrackMask;
        if (mode == StartMode.Live || videoTracks == 0)
        {
            return live;
        }

        if (mode == StartMode.Instant && StartInPast(live) is { } past)
        {
            return past;
        }

        if (wish.Resumes)
        {
            return live;
        }

        // Nobody waits for a picture, with the sound held back, while the camera sends none.
        VideoSilence silence = _options.Backend.VideoSilence;
        bool hearsOnly = silence.StaysAway(Shard.NowMicros) || silence.IsSilentFor(ShortGroupMicros, Shard.NowMicros);
        return hearsOnly && HasOtherTracks(wish) ? live : Waiting(live, waitMicros);
    }

    /// <summary>True for a client that has set up more than pictures.</summary>
    private bool HasOtherTracks(PlayWish wish) => (wish.TrackMask & ~Ring.VideoTracks) != 0;

    /// <summary>What it begins with is not known yet, so RTP-Info names nothing, and the reports are those that come with it.</summary>
    private static PlayGrant Waiting(PlayGrant live, long? waitMicros) => live with
    {
        WaitsForRandomAccess = true,
        MaxRandomAccessWait = waitMicros is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
        Tracks = [.. live.Tracks.Select(static t => t with { SequenceNumber = null, RtpTime = null, SenderReport = null })],
    };

    /// <summary>Since the newest random access point, or since the camera was asked to play.</summary>
    private long GroupAgeMicros => Shard.NowMicros - Math.Max(Ring.RandomAccessMicros, _playingSinceMicros);

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

        using ReadScope scope = Ring.Read(Shard.Index, start);
        bool isKept = scope.From == start && start < scope.Head;
        return isKept ? StartAt(scope.Entries, start, scope.Head, live) : null;
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
            FirstPackets = firstPackets,
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
