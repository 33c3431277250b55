using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// One session with the camera after the other, from its description to its end: it is set up, played, paused and let go as the clients need it. On
/// the mount's shard.
/// </summary>
internal sealed class CameraServing
{
    /// <summary>Who stands at the end of the past still gets the last of it.</summary>
    private static readonly TimeSpan s_pastMargin = TimeSpan.FromSeconds(2);

    private readonly MountSettings _settings;
    private readonly Shard _shard;
    private readonly MountStatus _status;
    private readonly MountClients _clients;
    private readonly MountOffer _offer;
    private readonly JoinStarts _starts;
    private readonly MountIngest _ingest;
    private readonly CameraNews _news;
    private readonly SourceRecord _sources;
    private readonly KeyFrameRequests _keyFrames;
    private readonly MountEgress _egress;
    private readonly IngestMeters _meters;
    private readonly Standby _standby;
    private readonly ShardSignal _signal;
    private readonly ILogger _log;

    /// <summary>The session that is served; null before the first one.</summary>
    private BackendSession? _session;

    /// <summary>Runs while the camera plays, for our sender reports; null: it never has.</summary>
    private ShardTimer? _reportTimer;

    /// <summary>Runs while what is kept outlives its camera; null: it never has.</summary>
    private ShardTimer? _pastTimer;

    /// <summary>Since when nobody has watched a camera that plays, or since when it is paused; of no meaning otherwise.</summary>
    private long _idleSinceMicros;

    /// <summary>Set when it was said that the memory is used up; that is said once in a mount's life.</summary>
    private bool _saidNoMemory;

    /// <param name="settings">The mount's.</param>
    /// <param name="shard">The mount's.</param>
    /// <param name="status">Where the mount stands.</param>
    /// <param name="clients">Who needs the camera.</param>
    /// <param name="offer">Gets the descriptions.</param>
    /// <param name="starts">Is told when the camera is asked to play.</param>
    /// <param name="ingest">Begins and ends with the play.</param>
    /// <param name="egress">Measures while the camera plays.</param>
    /// <param name="meters">As <paramref name="egress"/>, for those who ask from outside.</param>
    /// <param name="news">Says what became of the camera.</param>
    /// <param name="sources">Knows whether the source is another one.</param>
    /// <param name="keyFrames">Asks a session for its first key frame.</param>
    /// <param name="standby">Looks at better sources while this one plays.</param>
    /// <param name="signal">Set when something has changed, the session's state included.</param>
    /// <param name="log">The mount's.</param>
    public CameraServing(
        MountSettings settings,
        Shard shard,
        MountStatus status,
        MountClients clients,
        MountOffer offer,
        JoinStarts starts,
        MountIngest ingest,
        MountEgress egress,
        IngestMeters meters,
        CameraNews news,
        SourceRecord sources,
        KeyFrameRequests keyFrames,
        Standby standby,
        ShardSignal signal,
        ILogger log)
    {
        _settings = settings;
        _shard = shard;
        _status = status;
        _clients = clients;
        _offer = offer;
        _starts = starts;
        _ingest = ingest;
        _egress = egress;
        _meters = meters;
        _news = news;
        _sources = sources;
        _keyFrames = keyFrames;
        _standby = standby;
        ingest.OtherSize = signal.Set;
        _signal = signal;
        _log = log;
    }

    /// <summary>When the camera of the present attempt first played; null: it has not.</summary>
    public long? OnAirMicros { get; private set; }

    /// <summary>Called once, when a session that plays already is let in; null: it begins with PLAY.</summary>
    public Action? Begun { get; set; }

    /// <summary>An attempt begins.</summary>
    public void BeginAttempt()
    {
        OnAirMicros = null;
        Begun = null;
    }

    /// <summary>
    /// The camera plays no longer, or not for us: nobody who waits is promised a place in it. What is kept of one that is lost stays for as long as
    /// somebody may stand in it, and no longer than viewers are held.
    /// </summary>
    public void End(BackendFailure? failure = null)
    {
        bool isLost = failure is { Kind: not (BackendFailureKind.Stopped or BackendFailureKind.EndOfProgramme) } && !_status.IsStopping;
        bool keepsPast = isLost && _settings.PastDuration > TimeSpan.Zero;
        _ingest.End(keepsPast);
        if (keepsPast && _pastTimer is not { IsRunning: true })
        {
            TimeSpan past = _settings.PastDuration + s_pastMargin;
            _pastTimer ??= _shard.CreateTimer(() => _ingest.End());
            _pastTimer.Start(past < _settings.Timings.Hold ? past : _settings.Timings.Hold);
        }

        _egress.End();
        _reportTimer?.Stop();
        foreach (PendingJoin join in _clients.Joining)
        {
            join.Snapshot = null;
        }
    }

    /// <summary>No more reports, nor a past that outlives its camera any longer.</summary>
    public void EndReports()
    {
        _reportTimer?.Stop();
        _pastTimer?.Stop();
    }

    /// <summary>
    /// Runs until the session, or the one that has taken its place, is lost (its failure), or was let go in order or is to be made anew at once
    /// (null).
    /// </summary>
    public async Task<BackendFailure?> RunAsync(BackendSession session)
    {
        _session = session;
        Adopt(session);
        if (session.State == BackendState.Playing)
        {
            PlayOn(); // it was looked at before the last one was lost
            Begun?.Invoke();
        }

        while (true)
        {
            session = _session;
            BackendFailure? failure = await ServeAsync(session);
            if (_session == session)
            {
                return failure;
            }
        }
    }

    /// <summary>
    /// Another session, which plays, takes the place of the one that is served, at a random access point: viewers play on, unless it is of another
    /// shape.
    /// </summary>
    /// <param name="session">The other session.</param>
    /// <param name="heldBackMicros">How long its pictures are held back to that point, which is its next packet; 0: it has none.</param>
    public void TakeOver(BackendSession session, long heldBackMicros)
    {
        _session = session;
        OnAirMicros = _shard.NowMicros;
        List<SdpMedia> media = [.. session.Tracks.Select(t => t.Media)];
        bool isSame = _offer.Fits(media);
        if (!isSame)
        {
            EndViewers();
            _ingest.End();
        }

        _offer.Adopt(session, media);
        if (isSame)
        {
            _ingest.Begin(heldBackMicros, _settings.Backend.Missing.Mask);
        }
        else
        {
            BeginMedia();
        }

        _signal.Set();
    }

    private async Task<BackendFailure?> ServeAsync(BackendSession session)
    {
        while (!_status.IsStopping && session.Failure is null && session == _session)
        {
            TimeSpan? limit = null;
            _offer.NoteTracks();
            _news.NoteVideo();
            if (_ingest.HasOtherSize)
            {
                OnOtherSize(session);
            }

            switch (session.State)
            {
                case BackendState.Described when _clients.WantCamera && _offer.IsOldAt(session.DescribedMicros):
                    if (!await session.TryDescribeAgainAsync())
                    {
                        return session.Failure; // a new session, at once
                    }

                    if (session.Failure is null && !_status.IsStopping)
                    {
                        Adopt(session);
                    }

                    continue;
                case BackendState.Described when _clients.WantCamera:
                    Move(StreamState.Starting);
                    await session.SetUpAsync();
                    continue;
                case BackendState.SetUp or BackendState.Paused or BackendState.Pausing when _clients.WantPlay:
                    if (!await PlayAsync(session))
                    {
                        return null;
                    }

                    continue;
                case BackendState.SetUp or BackendState.Paused:
                    limit = TimeUntil(session.State == BackendState.SetUp ? _clients.PreparedUntilMicros : After(_settings.Timings.Rest));
                    if (limit <= TimeSpan.Zero)
                    {
                        return null;
                    }

                    break;
                case BackendState.Playing when _clients.WantPlay && _status.State == StreamState.Resting:
                    PlayOn();
                    continue;
                case BackendState.Playing when _clients.WantPlay:
                    Move(StreamState.Playing);
                    _standby.Begin();
                    break;
                case BackendState.Playing when session.RefusesPause && _status.State == StreamState.Resting:
                    return session.Failure;
                case BackendState.Playing:
                    limit = Linger();
                    if (limit <= TimeSpan.Zero)
                    {
                        if (!await LetGoAsync(session))
                        {
                            return session.Failure;
                        }

                        continue;
                    }

                    break;
                case BackendState.Closed or BackendState.TearingDown:
                    return session.Failure;
            }

            await _signal.WaitAsync(limit);
        }

        return session.Failure;
    }

    /// <summary>The camera was described: its tracks are offered. Clients that have set up by others can not go on.</summary>
    private void Adopt(BackendSession session)
    {
        List<SdpMedia> media = [.. session.Tracks.Select(t => t.Media)];
        if (!_offer.Fits(media))
        {
            EndViewers();
        }

        _offer.Adopt(session, media);
        if (_log.IsEnabled(LogLevel.Debug))
        {
            string codecs = string.Join(", ", media.Select(m => m.EncodingName));
            MountLog.Described(_log, _settings.Name, _settings.Backend.Url.Redacted, media.Count, codecs);
        }

        _status.Failure = null;
        _news.OnDescribed(_clients.WantCamera);

        // With clients held the mount goes on holding until the camera plays again.
        if (_status.State != StreamState.Holding)
        {
            Move(StreamState.Ready);
        }

        _clients.Describers.Release();
    }

    /// <summary>
    /// The pictures of another source are of another size than its description said, or left open: it is described anew while it plays.
    /// </summary>
    private void OnOtherSize(BackendSession session)
    {
        EndViewers();
        _ingest.End();
        _offer.AdoptAnew(session, [.. session.Tracks.Select(t => t.Media)]);
        BeginMedia();
    }

    private void EndViewers()
    {
        MountLog.DescriptionChanged(_log, _settings.Name, _clients.Count);
        _clients.End(MountEnd.DescriptionChanged);
        _clients.TurnJoiningAway();
    }

    /// <summary>PLAY; false where a paused session is of no more use and a new one is to be made at once.</summary>
    private async Task<bool> PlayAsync(BackendSession session)
    {
        bool wasPaused = session.State is BackendState.Paused or BackendState.Pausing;
        Begin();
        BackendFailure? failure = await session.PlayAsync();
        if (_status.IsStopping || session.State != BackendState.Playing)
        {
            // Quirk: PLAY after PAUSE is refused. The session is made anew, at once, and nobody needs to hear of it.
            return !wasPaused || failure is not { Kind: BackendFailureKind.Refused or BackendFailureKind.KeepAliveRefused };
        }

        OnPlaying();
        return true;
    }

    /// <summary>PAUSE was refused, and meanwhile somebody came: the camera plays, as if for a new PLAY.</summary>
    private void PlayOn()
    {
        Begin();
        OnPlaying();
    }

    /// <summary>
    /// The camera is about to play: whoever waits starts here, before its first packet. A track that is missing is not waited for, nor is a key frame
    /// where pictures stay away: sound does not wait for them, since the session was made anew in the hope of them, and who listens has waited for it
    /// already.
    /// </summary>
    private void Begin()
    {
        Move(StreamState.Starting);
        BeginMedia();
        foreach (PendingJoin join in _clients.Joining)
        {
            join.Snapshot = _starts.Take(withReports: false, _clients.Count > 0);
        }
    }

    private void BeginMedia()
    {
        bool isOther = _sources.IsOther;
        bool picturesCome = !_settings.Backend.VideoSilence.StaysAway(_shard.NowMicros);
        long heldBackMicros = isOther ? JoinPolicy.LongestWaitMicros : _starts.HeldBackMicros;
        _pastTimer?.Stop();
        _ingest.Begin(heldBackMicros, _settings.Backend.Missing.Mask, othersWait: picturesCome);
        _starts.BeginSession();
        _egress.BeginSession();
        _meters.BeginSession();
        _keyFrames.OnSession(isOther);
    }

    private void OnPlaying()
    {
        Move(StreamState.Playing);
        _clients.AreInHurry = false;
        _status.Failure = null;
        _reportTimer ??= _shard.CreateTimer(OnReportDue);
        _reportTimer.Start(TimeSpan.FromMilliseconds(500));
        OnAirMicros ??= _shard.NowMicros;
        _clients.WakeJoining();
        _clients.Describers.Release();
    }

    /// <summary>Nobody watches: how long the camera is still pulled.</summary>
    private TimeSpan Linger()
    {
        if (_status.State == StreamState.Playing)
        {
            Move(StreamState.Lingering);
            _idleSinceMicros = _shard.NowMicros;
        }

        // Somebody who has set up is about to play.
        return TimeUntil(Math.Max(After(_settings.Timings.Linger), _clients.PreparedUntilMicros));
    }

    /// <summary>
    /// The linger is over: PAUSE where the camera's Public lists it; false: TEARDOWN is next. The camera plays on until PAUSE is sent, and the answer
    /// is not waited for here, so whoever joins is served at once wherever this stands.
    /// </summary>
    private async Task<bool> LetGoAsync(BackendSession session)
    {
        bool knowsPause = await session.KnowsPauseAsync();
        if (_clients.WantCamera || session.Failure is not null || _status.IsStopping || session != _session)
        {
            return true;
        }

        _ = _standby.EndAsync();

        if (!knowsPause || session.RefusesPause)
        {
            return false;
        }

        _ingest.End();
        _egress.End();
        _reportTimer?.Stop();
        _idleSinceMicros = _shard.NowMicros;
        Move(StreamState.Resting);
        _ = session.PauseAsync(); // its end changes the session's state, which wakes the loop
        return true;
    }

    private void OnReportDue()
    {
        _ingest.AppendReports();
        _egress.Note(_clients.Count);
        _meters.Note();
        _offer.NoteTracks();
        _news.NoteVideo();
        _starts.NoteKept();
        if (_ingest.HasDroppedForMemory && !_saidNoMemory)
        {
            _saidNoMemory = true;
            MountLog.NoMemory(_log, _settings.Name);
        }

        _reportTimer!.Start(_settings.Timings.SenderReport);
    }

    private long After(TimeSpan idle) => _idleSinceMicros + (long)idle.TotalMicroseconds;

    private TimeSpan TimeUntil(long micros) => TimeSpan.FromMicroseconds(micros - _shard.NowMicros);

    private void Move(StreamState to) => _status.Move(to, _clients.Count);
}
