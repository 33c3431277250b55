using System.Collections.Immutable;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Clients that wait for the camera, and where they start.</summary>
internal sealed partial class Mount
{
    /// <summary>A track that was silent for longer has no truthful extrapolation of its timestamp.</summary>
    private const long QuietMicros = 1_000_000;

    /// <inheritdoc/>
    public Task<ImmutableArray<TrackStart>> LiveEdgeAsync() => Shard.RunAsync(() =>
        Task.FromResult(State is MountState.Playing or MountState.Lingering ? TakeSnapshot(withReports: false).Tracks : []));

    private async Task<PlayGrant> JoinLaterAsync(MountClient client, PlayWish wish)
    {
        PendingJoin join = new(client, new ShardSignal(Shard));
        if (_session?.State == BackendState.Starting)
        {
            join.Snapshot = TakeSnapshot(withReports: false);
        }

        _joining.Add(join);
        Hurry();
        long due = Shard.NowMicros + (long)_options.Timings.Join.TotalMicroseconds;
        while (TimeUntil(due) is { } left && left > TimeSpan.Zero && !_stopping && !join.HasLeft)
        {
            await join.Wake.WaitAsync(left);
            if (State is MountState.Playing or MountState.Lingering && join.Snapshot is not null)
            {
                break;
            }
        }

        _joining.Remove(join);
        if (_stopping || join.HasLeft)
        {
            _signal.Set();
            return new PlayGrant(PlayOutcome.Gone, 0, []);
        }

        if (State is MountState.Playing or MountState.Lingering && join.Snapshot is { } start)
        {
            Admit(client);
            PlayGrant grant = new(PlayOutcome.Playing, start.JoinSequence, start.Tracks);
            return WaitsAlone(wish) ? Waiting(grant, null) : grant;
        }

        if (IsBeingOpened)
        {
            Admit(client);
            return GrantHeld(wish);
        }

        _signal.Set();
        return new PlayGrant(PlayOutcome.BackendUnavailable, 0, []);
    }

    /// <summary>
    /// The camera is described, its session is on its way, and nothing is known against it: a camera may take half a minute for an answer, which no player waits for. A
    /// failure that the next attempt meets in another way is none.
    /// </summary>
    private bool IsBeingOpened => _description is not null && _lastFailure is null && _session is null or { Failure: null or { RetryAtOnce: true } };

    /// <summary>The client gets whatever comes, as one that is held over an outage; what that will be nobody knows, so RTP-Info names nothing. If the attempt fails, it is held for the usual time.</summary>
    private PlayGrant GrantHeld(PlayWish wish)
    {
        _ingest.Publish();
        PlayGrant grant = new(PlayOutcome.Playing, Ring.Head, [.. _ingest.Tracks.Select(static t => new TrackStart(t.Index, null, null, null))]);
        return WaitsAlone(wish) ? Waiting(grant, null) : grant;
    }

    /// <summary>Where the program's mode does not hold the first pictures back for everybody, a client may still want to wait for a key frame.</summary>
    private bool WaitsAlone(PlayWish wish) => !wish.Resumes && wish.Start is StartMode.Keyframe or StartMode.Instant && RandomAccessWaitMicros() == 0
        && !(HasOtherTracks(wish) && _options.Backend.VideoSilence.StaysAway(Shard.NowMicros));

    /// <summary>The camera is about to play: whoever waits starts here, before its first packet.</summary>
    private void TakeSnapshots()
    {
        foreach (PendingJoin join in _joining)
        {
            join.Snapshot = TakeSnapshot(withReports: false);
        }
    }

    private void ForgetSnapshots()
    {
        foreach (PendingJoin join in _joining)
        {
            join.Snapshot = null;
        }
    }

    private (long JoinSequence, ImmutableArray<TrackStart> Tracks) TakeSnapshot(bool withReports)
    {
        _ingest.Publish();
        ImmutableArray<TrackStart>.Builder tracks = ImmutableArray.CreateBuilder<TrackStart>(_ingest.Tracks.Count);
        foreach (IngestTrack track in _ingest.Tracks)
        {
            tracks.Add(StartOf(track, withReports));
        }

        return (Ring.Head, tracks.MoveToImmutable());
    }

    private TrackStart StartOf(IngestTrack track, bool withReport)
    {
        TrackTimeline timeline = track.Timeline;
        if (!timeline.InSession)
        {
            if ((Missing.Mask & (1u << track.Index)) != 0)
            {
                return new TrackStart(track.Index, null, null, null); // nothing of it is expected, so nothing is promised
            }

            // Nothing came yet: the next packet gets the promised numbers. With clients that are held over an outage the timestamp must follow the real time
            // of that packet instead, so only the sequence number can be told.
            if (_clients.Count > 0 && !timeline.HasPromise)
            {
                return new TrackStart(track.Index, timeline.NextSequenceNumber, null, null);
            }

            (ushort sequenceNumber, uint rtpTime) = timeline.Promise(Shard.NowMicros);
            return new TrackStart(track.Index, sequenceNumber, rtpTime, null);
        }

        byte[]? report = withReport ? _ingest.ReportFor(track) : null;
        return Shard.NowMicros - timeline.LastArrivalMicros > QuietMicros
            ? new TrackStart(track.Index, null, null, report)
            : new TrackStart(track.Index, timeline.NextSequenceNumber, timeline.TimestampAt(Shard.NowMicros), report);
    }
}
