using System.Collections.Immutable;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// One path of the front-end and its camera, put together from what each is one thing: who is there (<see cref="MountClients"/>,
/// <see cref="MountJoins"/>), what is described (<see cref="MountOffer"/>), where a client begins (<see cref="JoinPolicy"/>,
/// <see cref="JoinStarts"/>), and the camera (<see cref="CameraLoop"/>), which is opened and pulled while somebody watches, and whose clients are
/// held while it is lost. All of it lives on one shard; the members of <see cref="IMount"/> may be called from any thread.
/// </summary>
internal sealed class Mount : IMount
{
    private readonly MountSettings _settings;
    private readonly MountEgress _egress;
    private readonly ILogger _log;
    private readonly MountStatus _status;
    private readonly ClientHold _hold;
    private readonly MountClients _clients;
    private readonly MountJoins _joins;
    private readonly MountOffer _offer;
    private readonly JoinStarts _starts;
    private readonly CameraLoop _camera;
    private readonly MountReport _report;
    private readonly KeyFrameRequests _keyFrames;
    private readonly CameraRecord _record;

    /// <summary>There for a recorder; then nothing of the camera, the ring and the joins is used.</summary>
    private readonly ReplayDesk? _replay;

    /// <summary>There for a mount that goes when nobody needs it.</summary>
    private readonly IdleWatch? _idle;

    public Mount(MountOptions options, Shard shard, PacketRing ring, OpenPacer pacer, ILogger log, EngineEvents? events = null)
    {
        MountSettings settings = new(options);
        _settings = settings;
        _log = log;
        Shard = shard;
        Ring = ring;
        Counters = new StreamCounters(ring.Shards);
        MountIngest ingest = new(shard, ring, Counters.Ingest);
        _status = new MountStatus(options.Name, shard, log);
        _hold = new ClientHold(shard, settings, OnHoldExpired);
        _clients = new MountClients(shard, settings, _hold);
        _offer = new MountOffer(shard, settings, ingest);
        _keyFrames = new KeyFrameRequests(shard, ring, settings, log);
        _starts = new JoinStarts(shard, settings, ring, ingest, new PastStart(shard, settings, ring, ingest, log), _keyFrames);
        _egress = new MountEgress(shard, ring, options.Egress, options.Name, log);
        IngestMeters meters = new(shard, ingest);
        _record = new CameraRecord(shard, settings, Counters.Ingest, events ?? new EngineEvents(shard.Time));
        SourceRecord sources = new(settings, shard, Counters.Ingest, log);
        _camera = new CameraLoop(
            settings, shard, _status, _clients, _hold, _offer, _starts, ingest, _egress, meters, _record, sources, _keyFrames, pacer, log);
        _keyFrames.Ask = () => _camera.Session?.TryAskForKeyFrame() ?? false;
        MountPlaces places = new(shard, settings, log);
        if (options.IsReplay)
        {
            ReplayEgress sent = new(shard, Counters, options.Egress, options.Name, log);
            _replay = new ReplayDesk(shard, settings, _status, _clients, places, sent, _record, log);
        }

        _report = new MountReport(shard, settings, _status, _clients, _offer, ingest, meters, _record, sources, _camera, ring, Counters)
        {
            Replay = _replay,
        };
        NoteTalk();
        _idle = options.OnIdle is { } onIdle ? new IdleWatch(shard, _clients, onIdle) : null;
        _joins = new MountJoins(shard, settings, _status, _clients, _offer, _starts, _camera, _egress, places);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <summary>What a session beside that with the camera is made with. Any thread.</summary>
    public Task<BackendOptions> CameraAsync() => Shard.RunAsync(() => Task.FromResult(_settings.Allowed(_settings.Backend)));

    /// <inheritdoc cref="StreamSettings.Multicast"/>
    public MulticastOptions? Multicast => _settings.Multicast;

    /// <inheritdoc/>
    public Shard Shard { get; }

    /// <inheritdoc/>
    public PacketRing Ring { get; }

    /// <inheritdoc/>
    public StreamCounters Counters { get; }

    /// <inheritdoc/>
    public long BitsPerSecond => _egress.BitsPerSecond;

    /// <summary>Who made it.</summary>
    public StreamOrigin Origin { get; init; }

    /// <summary>The wildcard stream that made it; null: none did.</summary>
    public string? Wildcard { get; init; }

    /// <summary>Where the mount stands. On the shard.</summary>
    public StreamState State => _status.State;

    /// <summary>Clients that play. On the shard.</summary>
    public int ClientCount => _clients.Count;

    /// <inheritdoc cref="CameraLoop.IsResting"/>
    public bool IsResting => _camera.IsResting;

    /// <summary>True where the camera is known to take PAUSE. On the shard.</summary>
    public bool CanPause => _camera.CanPause;

    /// <summary>
    /// Over when nothing of it goes on any more, an attempt to reach the camera included; that may take as long as a connect does. Never faulted.
    /// </summary>
    public Task Ended => _camera.Ended;

    /// <summary>Begins to look for the camera. Any thread, once.</summary>
    public void Start() => Shard.Post(() =>
    {
        if (_status.IsStopping)
        {
            return; // somebody took it out of the directory and stopped it in the meantime
        }

        _idle?.Start();
        if (_replay is { } recorder)
        {
            recorder.Start();
        }
        else
        {
            _camera.Start();
        }
    });

    /// <summary>It was not started, and will not be: gives back what it has. Any thread, in place of <see cref="StopAsync"/>.</summary>
    public void Drop()
    {
        _egress.Close();
        Ring.Dispose();
    }

    /// <summary>
    /// Goes by other options, while clients and camera are there: no session of either is touched, unless the source in use is another one. Then its
    /// session is made anew, and the clients are held and play on, as over an outage. Any thread.
    /// </summary>
    /// <param name="to">The options.</param>
    /// <param name="ring">Of its ring.</param>
    /// <param name="before"><inheritdoc cref="MountSettings.Change" path="/param[@name='before']"/></param>
    public Task ChangeAsync(MountOptions to, RingOptions ring, IReadOnlyList<int> before) => Shard.RunAsync(() =>
    {
        if (!_status.IsStopping)
        {
            bool isSame = _settings.Change(to, before);
            Ring.Change(ring);
            NoteTalk();
            _hold.OnChanged();
            if (_replay is null)
            {
                _camera.OnChanged(isOtherCamera: !isSame);
            }
            else if (!isSame)
            {
                _replay.EndAll();
            }
        }

        return Task.CompletedTask;
    });

    /// <summary>Makes the camera's session anew; the clients are held meanwhile, and play on. False: the mount stops. On the shard.</summary>
    /// <param name="keepsSource">With the source that is in use, of several; else with the best.</param>
    public bool TryRestart(bool keepsSource = false)
    {
        if (_status.IsStopping)
        {
            return false;
        }

        if (_replay is { } recorder)
        {
            recorder.EndAll();
            return true;
        }

        _camera.Restart(keepsSource);
        return true;
    }

    /// <summary>What is known of it. On the shard.</summary>
    public StreamStatus Describe() => _report.Make(Origin);

    /// <inheritdoc cref="CameraSteps"/>
    public IReadOnlyList<CameraStep> CameraSteps => _record.Steps.All;

    /// <summary>Takes up what the camera's session has counted. On the shard.</summary>
    public void NoteCounters() => _camera.NoteSession();

    /// <summary>Its figures, in a row as <see cref="StreamFigure"/> has them. Any thread: each is one number.</summary>
    public void Read(Span<long> row, in ShardTime time) => _report.Read(row, time);

    /// <summary>Ends the clients, lets the camera go, and stops; within a second. Any thread.</summary>
    public Task StopAsync(MountEnd cause) => Shard.RunAsync(() => StopOnShardAsync(cause));

    /// <inheritdoc/>
    public Task<MountDescription?> DescribeAsync(TimeSpan limit) =>
        _replay is null ? Shard.RunAsync(() => DescribeOnShardAsync(limit)) : Task.FromResult<MountDescription?>(null);

    /// <inheritdoc/>
    public int Shape => _offer.Shape;

    /// <summary>What is known of it, however old; the camera notices nothing. Null: nothing. Any thread.</summary>
    public Task<MountDescription?> KnownDescriptionAsync() => Shard.RunAsync(() => Task.FromResult(Known()));

    /// <inheritdoc/>
    public void Prepare()
    {
        if (_replay is null)
        {
            _joins.Prepare();
        }
    }

    /// <inheritdoc/>
    public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) =>
        _replay is null ? _joins.JoinAsync(client, wish) : Task.FromResult(new PlayGrant(PlayOutcome.Gone, 0, []));

    /// <inheritdoc/>
    public IReplayDesk? Replay => _replay;

    /// <inheritdoc/>
    public void Leave(MountClient client) => _joins.Leave(client);

    /// <inheritdoc/>
    public Task<ImmutableArray<TrackStart>> LiveEdgeAsync() => Shard.RunAsync(() =>
        Task.FromResult(_status.Serves ? _starts.Take(withReports: false, _clients.Count > 0).Tracks : []));

    /// <inheritdoc/>
    public ITalkDesk? Talk => _report.Talk is { IsOpen: true } desk ? desk : null;

    /// <inheritdoc/>
    public void AskForKeyFrame() => _keyFrames.PostViewerAsks();

    private void NoteTalk()
    {
        bool talks = false;
        for (int i = 0; i < _settings.Sources.Count; i++)
        {
            talks |= _settings.Sources[i].Backend.BackChannel is not null;
        }

        if (talks)
        {
            _report.Talk ??= new TalkDesk(Shard, Ring.Shards, _settings, _camera, () => TryRestart(keepsSource: true), _log);
        }

        if (_report.Talk is { } desk)
        {
            desk.IsOpen = talks;
        }
    }

    private async Task<MountDescription?> DescribeOnShardAsync(TimeSpan limit)
    {
        if (_status.IsStopping)
        {
            return null;
        }

        if (_status.Failure is not null || _offer.Description is null || (_camera.IsResting && _offer.IsOld) || _offer.IsOfOtherCamera)
        {
            _camera.Hurry();
            await _clients.Describers.WaitAsync(limit);
        }

        return Known();
    }

    private MountDescription? Known()
    {
        _offer.NoteParameterSets();
        return _status.Failure is null && !_status.IsStopping && !_offer.IsOfOtherCamera ? _offer.Description : null;
    }

    /// <summary>No media came in time, wherever the present attempt stands; it goes on as one for nobody.</summary>
    private void OnHoldExpired()
    {
        MountLog.HoldExpired(_log, Name, _settings.Timings.Hold.TotalSeconds, _clients.Count);
        _clients.End(MountEnd.HoldExpired);
        if (_status.State == StreamState.Holding)
        {
            _status.Move(StreamState.Down, _clients.Count);
        }

        _camera.Wake();
    }

    private async Task StopOnShardAsync(MountEnd cause)
    {
        _status.Stop();
        _idle?.Stop();
        _clients.End(cause);
        _clients.Describers.Release();
        _clients.WakeJoining();
        await Task.WhenAll(_camera.StopAsync(), _replay?.StopAsync() ?? Task.CompletedTask);
        _report.Talk?.Stop();
        _hold.End();
        Ring.Dispose();
        _status.Move(StreamState.Stopped, _clients.Count);
    }
}
