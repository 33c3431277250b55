using System.Collections.Immutable;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Tells clients where they begin, by what <see cref="JoinPolicy"/> decides and what the ring and the timelines hold. On the mount's shard.
/// </summary>
internal sealed class JoinStarts(Shard shard, MountSettings settings, PacketRing ring, MountIngest ingest, PastStart past, KeyFrameRequests keyFrames)
{
    /// <summary>A track that was silent for longer has no truthful extrapolation of its timestamp.</summary>
    private const long QuietMicros = 1_000_000;

    /// <summary>Packets behind the newest that are looked at for what leads a picture: a few of its own, and other tracks' between them.</summary>
    private const int LeadingMax = 64;

    /// <summary>When the camera was last asked to play; without meaning before it was.</summary>
    private long _playingSinceMicros;

    private VideoSilence Silence => settings.Backend.VideoSilence;

    /// <summary>How long the first pictures of the session that begins now are held back.</summary>
    public long HeldBackMicros => JoinPolicy.HeldBackMicros(settings.Start, ring.RandomAccessIntervalMicros);

    /// <inheritdoc cref="KeptNews.Note"/>
    public void NoteKept() => past.NoteKept();

    /// <summary>The camera is asked to play.</summary>
    public void BeginSession() => _playingSinceMicros = shard.NowMicros;

    /// <summary>Whether something is kept of what a client wants that wants nothing that is to come.</summary>
    public bool Has(PlayWish wish) => past.Has(wish.FromMicros, wish.ToMicros ?? shard.NowMicros);

    /// <summary>For a client that was let in while the camera plays.</summary>
    public PlayGrant GrantNow(PlayWish wish) => Promised(BeginNow(wish));

    private PlayGrant BeginNow(PlayWish wish)
    {
        JoinSnapshot now = Take(withReports: true, hasClients: true);
        PlayGrant live = new(PlayOutcome.Playing, now.JoinSequence, now.Tracks);
        JoinChoice choice = Choose(wish);
        if (choice.Place is JoinPlace.SqueezedPast or JoinPlace.Past && past.Begin(live, choice, wish, _playingSinceMicros) is { } begun)
        {
            return begun;
        }

        if (!wish.Resumes && (ring.VideoTracks & wish.TrackMask) != 0)
        {
            keyFrames.OnWaits();
        }

        return choice.Otherwise == JoinPlace.Live
            ? live
            : Waiting(live with { JoinSequence = BeforeLeadingPackets(live.JoinSequence) }, choice.WaitMicrosMax);
    }

    private JoinChoice Choose(PlayWish wish) => JoinPolicy.Choose(new JoinSituation
    {
        Mode = wish.Start ?? settings.Start,
        Player = wish.Player,
        RecordersGetPast = settings.RecordersGetPast,
        IsRateControlled = wish.IsRateControlled,
        NamesMoment = wish.FromMicros is not null,
        Resumes = wish.Resumes,
        HasVideo = (ring.VideoTracks & wish.TrackMask) != 0,
        HasOthers = HasOthers(wish),
        GroupMicros = ring.RandomAccessIntervalMicros,
        ProbedMicros = ring.Units.ProbedMicros,
        GroupAgeMicros = shard.NowMicros - Math.Max(ring.Units.RandomAccessMicros, _playingSinceMicros),
        PicturesStayAway = Silence.StaysAway(shard.NowMicros) || Silence.IsSilentFor(JoinPolicy.ShortGroupMicros, shard.NowMicros),
    });

    /// <summary>
    /// For a client that waited for the camera to play, and whose place was fixed before its first packet: there it begins, or at the moment that it
    /// names, where that is kept of the session before.
    /// </summary>
    public PlayGrant GrantFrom(JoinSnapshot start, PlayWish wish)
    {
        PlayGrant grant = new(PlayOutcome.Playing, start.JoinSequence, start.Tracks);
        return Promised(BeforeLoss(grant, wish) ?? (WaitsAlone(wish) ? Waiting(grant, null) : grant));
    }

    private PlayGrant? BeforeLoss(PlayGrant live, PlayWish wish)
    {
        bool isKept = wish.FromMicros is { } moment
            && ring.JoinableAt(moment, shard.NowMicros, shard.Index, wish.TrackMask) is >= 0 and long at
            && at < ring.Units.InterruptedAt;
        JoinChoice choice = isKept ? Choose(wish) : JoinChoice.Live;
        return choice.Place is JoinPlace.SqueezedPast or JoinPlace.Past ? past.Begin(live, choice, wish, _playingSinceMicros) : null;
    }

    /// <summary>
    /// For a client that is let in before the camera plays: it gets whatever comes, as one that is held over an outage. What that will be nobody
    /// knows, so RTP-Info names nothing. If the attempt fails, it is held for the usual time.
    /// </summary>
    public PlayGrant GrantHeld(PlayWish wish)
    {
        ingest.Publish();
        return GrantFrom(new JoinSnapshot(ring.Head, [.. ingest.Tracks.Select(static t => new TrackStart(t.Index, null, null, null))]), wish);
    }

    /// <summary>The place that the next packet will have, and where each track stands.</summary>
    /// <param name="withReports">With the sender reports for one that joins now.</param>
    /// <param name="hasClients">Somebody plays, or is held.</param>
    public JoinSnapshot Take(bool withReports, bool hasClients)
    {
        ingest.Publish();
        ImmutableArray<TrackStart>.Builder tracks = ImmutableArray.CreateBuilder<TrackStart>(ingest.Tracks.Count);
        foreach (IngestTrack track in ingest.Tracks)
        {
            tracks.Add(StartOf(track, withReports, hasClients));
        }

        return new JoinSnapshot(ring.Head, tracks.MoveToImmutable());
    }

    /// <summary>One that waits for a key picture has it even if it comes between the packets that lead it and its own.</summary>
    private long BeforeLeadingPackets(long head)
    {
        using ReadScope scope = ring.Read(shard.Index, Math.Max(Math.Max(ring.Tail, ring.Units.InterruptedAt), head - LeadingMax));
        return Math.Min(head, LeadingPackets.Before(scope.Entries, scope.From, scope.Head, ring.VideoTracks));
    }

    private TrackStart StartOf(IngestTrack track, bool withReport, bool hasClients)
    {
        TrackTimeline timeline = track.Timeline;
        if (!timeline.InSession)
        {
            if (settings.Backend.Missing.Has(track.Index))
            {
                return new TrackStart(track.Index, null, null, null); // nothing of it is expected, so nothing is promised
            }

            // Nothing came yet: the next packet gets the promised numbers. With clients that are held over an outage, and on a track that begins long
            // after the others, the timestamp follows the real time of that packet instead, so only the sequence number can be told.
            if (hasClients && (!timeline.HasPromise || timeline.IsLate(shard.NowMicros)))
            {
                return new TrackStart(track.Index, timeline.NextSequenceNumber, null, null);
            }

            (ushort sequenceNumber, uint rtpTime) = timeline.Promise(shard.NowMicros);
            return new TrackStart(track.Index, sequenceNumber, rtpTime, null);
        }

        byte[]? report = withReport ? ingest.ReportFor(track) : null;
        return shard.NowMicros - timeline.LastArrivalMicros > QuietMicros
            ? new TrackStart(track.Index, null, null, report)
            : new TrackStart(track.Index, timeline.NextSequenceNumber, timeline.TimestampAt(shard.NowMicros), report);
    }

    /// <summary>The ring keeps the place until the viewer is there.</summary>
    private PlayGrant Promised(PlayGrant grant)
    {
        ring.Promise(grant.JoinSequence, shard.NowMicros);
        return grant;
    }

    private bool HasOthers(PlayWish wish) => (wish.TrackMask & ~ring.VideoTracks) != 0;

    private bool WaitsAlone(PlayWish wish) =>
        JoinPolicy.WaitsAlone(wish.Start, wish.Resumes, HeldBackMicros, hearsOnly: HasOthers(wish) && Silence.StaysAway(shard.NowMicros));

    /// <summary>What it begins with is not known yet, so RTP-Info names nothing, and the reports are those that come with it.</summary>
    private static PlayGrant Waiting(PlayGrant live, long? waitMicrosMax) => live with
    {
        WaitsForRandomAccess = true,
        MaxRandomAccessWait = waitMicrosMax is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
        Tracks = [.. live.Tracks.Select(static t => t with { SequenceNumber = null, RtpTime = null, SenderReport = null })],
    };
}
