using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Ingest;

/// <summary>From the camera's packets to the ring: onto the mount's timeline, classified, copied once. Allocates nothing per packet.</summary>
internal sealed class MountIngest
{
    private readonly Shard _shard;
    private readonly PacketRing _ring;
    private readonly MediaClock _clock = new();
    private readonly WallMapping _wall = new();
    private readonly SessionGate _gate = new();
    private readonly ReportWriter _reports;

    /// <summary>Of the present description, by index; the gate has one for each as well.</summary>
    private IngestTrack[] _tracks = [];

    /// <summary>The one whose latency counts: pictures, where there are any.</summary>
    private MediaKind _timed;

    /// <summary>The latency of the last pictures, below 0.</summary>
    private WindowedMinimum _worst;

    /// <summary>True from the moment that the camera is asked to play until it plays no longer: only then anything is served.</summary>
    private bool _accepts;

    /// <summary>From the shard's clock to our wall clock, as it was when a session began or when the wall clock was last set.</summary>
    private long _wallOffsetMicros;

    /// <inheritdoc cref="TurnCoalescer.Note"/>
    private long _busyWindow;

    /// <summary>False before the first session.</summary>
    private bool _hasWallOffset;

    public MountIngest(Shard shard, PacketRing ring, IngestCounters? counters = null)
    {
        Counters = counters ?? new IngestCounters();
        _shard = shard;
        _ring = ring;
        _reports = new ReportWriter(shard, ring);
    }

    /// <inheritdoc cref="IngestCounters"/>
    public IngestCounters Counters { get; }

    /// <summary>The camera's clock minus ours, which may have been set since its newest report; null: none was believed. On the shard.</summary>
    public long? CameraClockOffsetMicros => _wall.CameraOffsetMicros + _wallOffsetMicros - WallOffset();

    /// <summary>The tracks of the present description.</summary>
    public IReadOnlyList<IngestTrack> Tracks => _tracks;

    /// <summary>Parameter sets came that the description may not know; whoever renews it takes the mark away.</summary>
    public bool HasNewParameterSets { get; set; }

    /// <summary>
    /// The pictures of the source that plays are of another size than viewers were told, by the sets of its stream: nothing of it is passed on until
    /// it was described anew.
    /// </summary>
    public bool HasOtherSize { get; private set; }

    /// <summary>Told when that comes to be so. Set once.</summary>
    public Action? OtherSize { get; set; }

    /// <summary>Packets were dropped because the process's memory is used up.</summary>
    public bool HasDroppedForMemory => _ring.DroppedForMemory > 0;

    /// <summary>Other tracks than before: nothing of the old ones goes on.</summary>
    public void Describe(IReadOnlyList<SdpMedia> media)
    {
        IngestTrack[] tracks = new IngestTrack[media.Count];
        MediaCodec[] codecs = new MediaCodec[tracks.Length];
        for (int i = 0; i < tracks.Length; i++)
        {
            tracks[i] = new IngestTrack(i, media[i], _clock, _wall);
            codecs[i] = tracks[i].Codec;
        }

        _tracks = tracks;
        _timed = Array.Exists(tracks, static track => track.Kind == MediaKind.Video) ? MediaKind.Video : MediaKind.Audio;
        _gate.Describe(codecs);
        _ring.ForgetTracks();
        HasOtherSize = false;
    }

    /// <summary>Another source plays next, of the same shape: what viewers were told holds for it.</summary>
    /// <param name="media">As it describes the tracks.</param>
    /// <param name="sizes">For each the size that its pictures must have; null: any.</param>
    public void TakeSource(IReadOnlyList<SdpMedia> media, IReadOnlyList<(int Width, int Height)?> sizes)
    {
        for (int i = 0; i < _tracks.Length; i++)
        {
            _tracks[i].TakeSource(media[i], sizes[i]);
        }

        _gate.TakeSource();

        HasNewParameterSets = true;
        HasOtherSize = false;
    }

    /// <summary>The camera begins to play, anew or for the first time; its pictures are waited for as <see cref="SessionGate"/> says.</summary>
    /// <param name="randomAccessWaitMicros">How long, at the most.</param>
    /// <param name="missing">A bit for each track that the camera does not give: no other waits for it.</param>
    /// <param name="othersWait">Whether the other tracks begin with the pictures.</param>
    public void Begin(long randomAccessWaitMicros, uint missing = 0, bool othersWait = true)
    {
        _accepts = true;
        HasOtherSize = false;
        CheckOwnClock();
        _wallOffsetMicros = WallOffset();
        _hasWallOffset = true;
        _clock.BeginSession();
        _wall.BeginSession();
        _gate.BeginSession(randomAccessWaitMicros, missing, othersWait);
        _worst.Clear();
        foreach (IngestTrack track in _tracks)
        {
            track.Timeline.BeginSession();
            track.Reports.BeginSession();
            track.Early = null;
            track.Points.BeginSession();
            track.BeginSession();
        }
    }

    /// <summary>The camera plays no longer: what it still sends is dropped, and nothing old is served to who does not ask for it.</summary>
    /// <param name="keepsPast">What is kept stays, for those who stand in it or name a moment of it; else it goes.</param>
    public void End(bool keepsPast = false)
    {
        _accepts = false;
        HasOtherSize = false;
        Counters.LastLatencyMicros = 0;
        _ring.End(keepsPast, _shard.NowMicros);
    }

    /// <summary>One RTP packet of the camera, in order. Both views end with the call.</summary>
    /// <param name="index">Its track.</param>
    /// <param name="source">The stream that it belongs to: the same while the camera's numbers go on.</param>
    /// <param name="view">The parsed header.</param>
    /// <param name="packet">The whole packet.</param>
    /// <param name="arrivalMicros">The shard's clock at its arrival.</param>
    public void OnRtp(int index, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        if (!_accepts || (uint)index >= (uint)_tracks.Length)
        {
            return;
        }

        IngestTrack track = _tracks[index];
        TrackTimeline timeline = track.Timeline;
        Counters.Bytes += packet.Length;
        Counters.Packets[(int)track.Kind]++;
        Counters.NewestPacketMicros = arrivalMicros;
        EntryFlags flags = ToFlags(track.Points.Classify(view, arrivalMicros));
        if ((flags & EntryFlags.ParameterSets) != 0 && track.Seam is { Size: not null } seam && !FitsSize(track, seam, view))
        {
            return;
        }

        IngestVerdict verdict = _gate.Judge(index, flags, view.Timestamp, arrivalMicros);
        if (verdict == IngestVerdict.Drop)
        {
            timeline.LeaveOut(source, view.SequenceNumber);
            return;
        }

        if (!timeline.TryMap(source, view.SequenceNumber, view.Timestamp, arrivalMicros, out ushort sequenceNumber, out uint timestamp))
        {
            return;
        }

        if (!timeline.IsSameMoment)
        {
            long late = track.Reports.OnPacket(timeline.MediaMicros, arrivalMicros + _wallOffsetMicros);
            if (track.Kind == _timed && track.TakeLatency(late, timestamp) is { } latency)
            {
                NoteLatency(latency, arrivalMicros);
            }

            if (track.Reports.IsDue)
            {
                _reports.Write(_tracks, arrivalMicros);
            }
        }

        if (verdict == IngestVerdict.Begin && track.Early is { } early)
        {
            track.Early = null;
            Report(track, early);
        }

        if (view.Marker)
        {
            flags |= EntryFlags.Marker;
        }

        track.CountIn(packet.Length, timestamp);
        if (track.Seam?.NeedsSets(flags, timestamp) == true)
        {
            sequenceNumber = InsertSets(track, sequenceNumber, timestamp, arrivalMicros);
        }

        if ((flags & EntryFlags.RandomAccess) != 0)
        {
            OnRandomAccess(track, timestamp, arrivalMicros);
        }
        else if (view.Marker && track.Kind == MediaKind.Video && !track.HasPoints)
        {
            Counters.NewestKeyFrameMicros = arrivalMicros; // nobody here knows its key frames: each picture may be one
        }

        Span<byte> copy = _ring.Append(index, flags, sequenceNumber, timestamp, arrivalMicros, packet);
        if (copy.IsEmpty)
        {
            Counters.DroppedForMemory = _ring.DroppedForMemory;
            return;
        }

        RtpPatch.SetSequenceNumber(copy, sequenceNumber);
        RtpPatch.SetTimestamp(copy, timestamp);
        RtpPatch.SetSsrc(copy, track.Ssrc);
        if (track.Seam?.PayloadType == view.PayloadType)
        {
            RtpPatch.SetPayloadType(copy, track.PayloadType);
        }

        track.Count(view.Payload.Length);
        if ((flags & EntryFlags.ParameterSets) != 0 && track.ParameterSets.Offer(view))
        {
            HasNewParameterSets = true;
        }
    }

    private void NoteLatency(long micros, long nowMicros)
    {
        _worst.Note(-micros, nowMicros);
        Counters.LatencyMicros += micros;
        Counters.LatencyCount++;
        Counters.LastLatencyMicros = -_worst.Value.GetValueOrDefault();
    }

    private bool FitsSize(IngestTrack track, TrackSeam seam, in RtpPacketView view)
    {
        ParameterSetCollector sets = track.ParameterSets;
        uint before = sets.SequenceSets;
        HasNewParameterSets |= sets.Offer(view);
        if (sets.SequenceSets == before || seam.Fits(track.Codec, sets.Sps.Span))
        {
            return true;
        }

        _accepts = false;
        HasOtherSize = true;
        OtherSize?.Invoke();
        return false;
    }

    /// <summary>Puts the parameter sets in front of a packet, as packets of our own. Gives the number that the packet has then.</summary>
    private ushort InsertSets(IngestTrack track, ushort sequenceNumber, uint timestamp, long arrivalMicros)
    {
        ParameterSetCollector sets = track.ParameterSets;
        if (!sets.IsComplete)
        {
            return sequenceNumber;
        }

        ushort next = sequenceNumber;
        Span<byte> packet = stackalloc byte[RtpPacketView.FixedHeaderBytes + ParameterSetCollector.SetBytesMax];
        foreach (ReadOnlyMemory<byte> set in (ReadOnlySpan<ReadOnlyMemory<byte>>)[sets.Vps, sets.Sps, sets.Pps])
        {
            if (set.IsEmpty)
            {
                continue;
            }

            packet[0] = 0x80; // RFC 3550 section 5.1: version 2, no marker
            packet[1] = track.PayloadType;
            RtpPatch.SetSequenceNumber(packet, next++);
            RtpPatch.SetTimestamp(packet, timestamp);
            RtpPatch.SetSsrc(packet, track.Ssrc);
            set.Span.CopyTo(packet[RtpPacketView.FixedHeaderBytes..]);
            ReadOnlySpan<byte> whole = packet[..(RtpPacketView.FixedHeaderBytes + set.Length)];
            _ = _ring.Append(track.Index, EntryFlags.ParameterSets | EntryFlags.NonVcl, (ushort)(next - 1), timestamp, arrivalMicros, whole);
            track.Count(set.Length);
        }

        track.Timeline.Insert((ushort)(next - sequenceNumber));
        return next;
    }

    private void OnRandomAccess(IngestTrack track, uint timestamp, long arrivalMicros)
    {
        if (track.NoteKeyFrame(timestamp) && track.Kind == MediaKind.Video)
        {
            Counters.NewestKeyFrameMicros = arrivalMicros;
            Counters.LastKeyFrameIntervalMicros = track.KeyFrameIntervalMicros;
        }

        _reports.OnRandomAccess(_tracks, arrivalMicros);
    }

    /// <summary>A sender report of the camera, for the source that the track plays now; before its first packet by the report's own SSRC.</summary>
    public void OnSenderReport(int index, uint ssrc, ulong ntp, uint rtpTimestamp, long arrivalMicros)
    {
        if (!_accepts || (uint)index >= (uint)_tracks.Length)
        {
            return;
        }

        CheckOwnClock();
        IngestTrack track = _tracks[index];
        EarlyReport report = new(ssrc, ntp, rtpTimestamp, arrivalMicros);
        if (track.Timeline.InSession)
        {
            Report(track, report);
        }
        else
        {
            // Many cameras report first and send then; the next report is seconds away.
            track.Early = report;
        }
    }

    private void Report(IngestTrack track, in EarlyReport report)
    {
        if (track.Timeline.TryMediaOf(report.Ssrc, report.RtpTimestamp, out long mediaMicros))
        {
            long cameraMicros = report.Ntp == 0 ? 0 : UnixMicros(NtpTime.ToUnix(report.Ntp));
            long newestMicros = track.Timeline.MediaMicros + (report.ArrivalMicros - track.Timeline.LastArrivalMicros);
            track.Reports.OnCameraReport(cameraMicros, mediaMicros, report.ArrivalMicros + _wallOffsetMicros, newestMicros);
        }
    }

    /// <summary>The camera's canonical name (SDES), in UTF-8; ends with the call.</summary>
    public void OnCanonicalName(int index, ReadOnlySpan<byte> name)
    {
        if ((uint)index < (uint)_tracks.Length && !name.IsEmpty)
        {
            _tracks[index].SetName(name);
        }
    }

    /// <summary>Makes what was appended visible.</summary>
    public void Publish()
    {
        if (_ring.HasUnpublished)
        {
            _shard.Coalescer.Note(ref _busyWindow);
        }

        _ring.Publish();
    }

    /// <summary>Appends a sender report for each track that plays.</summary>
    public void AppendReports()
    {
        if (_accepts)
        {
            CheckOwnClock();
            _reports.Write(_tracks, _shard.NowMicros);
            _ring.Publish();
        }
    }

    private long WallOffset()
    {
        _shard.RefreshNow(); // both clocks of one moment
        return UnixMicros(_shard.UtcNow) - _shard.NowMicros;
    }

    private static long UnixMicros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Notices that our wall clock was set, by the monotonic one.</summary>
    private void CheckOwnClock()
    {
        long offset = WallOffset();
        if (!_hasWallOffset || _wall.OnOwnClock(_shard.NowMicros + _wallOffsetMicros, _shard.NowMicros + offset) is not { } toldBy)
        {
            return;
        }

        foreach (IngestTrack track in _tracks)
        {
            track.Reports.OnOwnClockSet(offset - _wallOffsetMicros, toldBy);
        }

        _wallOffsetMicros = offset;
    }

    /// <inheritdoc cref="ReportWriter.For"/>
    public byte[]? ReportFor(IngestTrack track) => _reports.For(track, _tracks);

    private static EntryFlags ToFlags(AccessUnitHint hint)
    {
        EntryFlags flags = EntryFlags.None;
        if ((hint & AccessUnitHint.RandomAccess) != 0)
        {
            flags |= EntryFlags.RandomAccess;
        }

        if ((hint & AccessUnitHint.ParameterSets) != 0)
        {
            flags |= EntryFlags.ParameterSets;
        }

        if ((hint & AccessUnitHint.StartsFrame) != 0)
        {
            flags |= EntryFlags.FrameStart;
        }

        if ((hint & AccessUnitHint.StandsAlone) != 0)
        {
            flags |= EntryFlags.StandsAlone;
        }

        return (hint & AccessUnitHint.NonVcl) != 0 ? flags | EntryFlags.NonVcl : flags;
    }
}
