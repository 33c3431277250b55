using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One RTSP session with a camera, from the connection to its end; never used twice. Methods give null for success or the failure, and never throw.
/// All of it lives on one shard. The order of the dialogue is here: open, set up, play, pause, close. What each step takes is in the parts: <see
/// cref="CameraDialogue"/> asks and answers, <see cref="SessionWay"/> knows the media's way, <see cref="TransportSetup"/> sets the tracks up, <see
/// cref="MediaSockets"/> has their ports and <see cref="CameraChannels"/> their channels, <see cref="MediaReceiver"/> takes what comes, <see
/// cref="TrackSupervision"/> and <see cref="Liveness"/> tell when it should and does not, and <see cref="ReceiverReports"/> and <see
/// cref="SessionKeepAlive"/> keep the camera willing. Media goes to the <see cref="IBackendSink"/>.
/// </summary>
internal sealed class BackendSession
{
    /// <summary>What we call ourselves; some cameras refuse requests without a User-Agent (go2rtc issue 235).</summary>
    public const string UserAgent = "FastRtspProxy";

    /// <summary>Redirects of one attempt.</summary>
    public const int RedirectHopsMax = 5;

    private static readonly BackendFailure s_stopped = new(BackendFailureKind.Stopped, "stopped");

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks = new();
    private readonly CameraDialogue _dialogue;
    private readonly SessionWay _way;
    private readonly TrackSupervision _supervision;
    private readonly Liveness _liveness;
    private readonly ReceiverReports _reports;
    private readonly MediaReceiver _media;
    private readonly MediaSockets _sockets;
    private readonly TransportSetup _setup;
    private readonly SessionKeepAlive _keepAlive;
    private readonly TalkLeg _talk;

    /// <summary>PAUSEs that were sent: one that a PLAY has overtaken does not speak for the next.</summary>
    private int _pauses;

    /// <summary>The one end of the session, from the first wish for it on.</summary>
    private Task? _closing;

    public BackendSession(BackendOptions options, IBackendSink sink, Shard shard, ILogger log)
    {
        _context = new BackendContext(options, sink, shard, log);
        _life = new BackendLife(_context, Explain, OnLost);
        _dialogue = new CameraDialogue(_context, _life);
        CameraChannels channels = new(_dialogue.Expect);
        _way = new SessionWay(_context, _life, _tracks, channels);
        _supervision = new TrackSupervision(_context, _life, _tracks, _way, channels);
        _liveness = new Liveness(_context, _life, _tracks, _way, _supervision);
        _reports = new ReceiverReports(_context, _life, _tracks, _supervision, _dialogue);
        _media = new MediaReceiver(_context, _tracks, channels, _reports, _liveness);
        _sockets = new MediaSockets(_context, _tracks, _dialogue, _media);
        _setup = new TransportSetup(_context, _life, _dialogue, _way, _supervision, channels, _sockets);
        _keepAlive = new SessionKeepAlive(_context, _life, _tracks, _dialogue, _liveness);
        _talk = new TalkLeg(_context, _life, _dialogue, _way, channels, _sockets);
    }

    /// <inheritdoc cref="Liveness.OnTimingsChanged"/>
    public void OnTimingsChanged() => _liveness.OnTimingsChanged();

    /// <inheritdoc cref="BackendLife.State"/>
    public BackendState State => _life.State;

    /// <inheritdoc cref="BackendLife.Failure"/>
    public BackendFailure? Failure => _life.Failure;

    /// <summary>The camera's description; null before it was read.</summary>
    public SdpDocument? Description { get; private set; }

    /// <summary>When <see cref="Description"/> was read.</summary>
    public long DescribedMicros { get; private set; }

    /// <summary>The tracks that we receive, in the order of the description.</summary>
    public IReadOnlyList<BackendTrack> Tracks => _tracks.All;

    /// <summary>True where the media comes in the RTSP connection.</summary>
    public bool OverTcp => _way.IsTcp;

    /// <summary>The way of the media; null while none is chosen, and when the session has ended.</summary>
    public MediaWay? Way => State is > BackendState.Describing and < BackendState.TearingDown ? _way.Current : null;

    /// <inheritdoc cref="ReceiveTracks.HasMedia"/>
    public bool HasMedia => _tracks.HasMedia;

    /// <summary>Asks for a picture that stands alone. False: it cannot be asked, by what it says or by the options.</summary>
    public bool TryAskForKeyFrame() => State == BackendState.Playing && _reports.TryAskForKeyFrame();

    /// <inheritdoc cref="TalkLeg.Send"/>
    public TalkOutcome Talk(int section, ReadOnlySpan<byte> packet, bool isFirst) => _talk.Send(section, packet, isFirst);

    /// <summary>The camera's address, for messages.</summary>
    public IPEndPoint? Remote => _dialogue.Remote;

    /// <summary>Where the session goes, redirects included; without credentials.</summary>
    public string ShownUrl => _dialogue.Url.Redacted;

    /// <summary>The time-out that the camera announced for its session.</summary>
    public TimeSpan SessionTimeout => _dialogue.Id.Timeout;

    /// <inheritdoc cref="SessionKeepAlive.KnowsPublic"/>
    public bool KnowsPublic => _keepAlive.KnowsPublic;

    /// <inheritdoc cref="SessionKeepAlive.CanPause"/>
    public bool CanPause => _keepAlive.CanPause;

    /// <summary>The camera lists PAUSE, and has refused it, or not answered.</summary>
    public bool RefusesPause { get; private set; }

    /// <inheritdoc cref="SessionKeepAlive.KnowsPauseAsync"/>
    public Task<bool> KnowsPauseAsync() => _keepAlive.KnowsPauseAsync();

    /// <summary>Connects and reads the description.</summary>
    public async Task<BackendFailure?> OpenAsync()
    {
        for (int hop = 0; ; hop++)
        {
            _life.Move(BackendState.Connecting);
            if (await _dialogue.ConnectAsync(_media) is { } unreachable)
            {
                return _life.Lose(unreachable);
            }

            if (State == BackendState.Closed)
            {
                return s_stopped;
            }

            _life.Move(BackendState.Describing);
            RtspReply reply = await _talk.DescribeAsync();
            if (_life.HasEnded)
            {
                return _life.Lose(reply.Failure ?? s_stopped);
            }

            if (reply.IsRedirect)
            {
                if (_dialogue.FollowRedirect(reply.Message!, hop) is { } problem)
                {
                    return _life.Lose(problem);
                }

                continue;
            }

            return reply.IsOk ? OnDescribed(reply.Message) : _life.Lose(_dialogue.FailureOf(RtspMethod.Describe, reply));
        }
    }

    /// <summary>The camera is not waited for any longer, and the session is to be closed. Gives the cause that counts.</summary>
    public BackendFailure GiveUp(BackendFailure failure) => _life.Lose(failure);

    /// <summary>
    /// Reads the description once more where the connection is the one that the camera made (REGISTER with reuse_connection): there may be no other
    /// way to it. False: on any other connection a new session is better, because some servers keep for a connection what they began to make with its
    /// DESCRIBE.
    /// </summary>
    public async Task<bool> TryDescribeAgainAsync()
    {
        if (!_dialogue.IsGivenConnection || _life.HasEnded || State != BackendState.Described)
        {
            return false;
        }

        _life.Move(BackendState.Describing);
        RtspReply reply = await _talk.DescribeAsync();
        if (!_life.HasEnded && (reply.IsOk ? OnDescribed(reply.Message) : _dialogue.FailureOf(RtspMethod.Describe, reply)) is { } failure)
        {
            _life.Lose(failure);
        }

        return true;
    }

    /// <summary>Sets every track up that the camera gives.</summary>
    public async Task<BackendFailure?> SetUpAsync()
    {
        if (_life.HasEnded || State != BackendState.Described)
        {
            return Failure;
        }

        _life.Move(BackendState.SettingUp);
        if (await _setup.SetUpAsync(_tracks.All) is { } failure)
        {
            return failure;
        }

        await _talk.SetUpAsync();
        if (_life.HasEnded)
        {
            return Failure;
        }

        _life.Move(BackendState.SetUp);
        _keepAlive.Schedule();
        return null;
    }

    /// <summary>
    /// Starts the media, the first time or after a PAUSE, which need not be answered yet: the camera answers in order, and whoever came back is not
    /// to wait for it. No PLAY before every SETUP was answered (RFC 2326 section 10.5).
    /// </summary>
    public async Task<BackendFailure?> PlayAsync()
    {
        if (_life.HasEnded || State is not (BackendState.SetUp or BackendState.Paused or BackendState.Pausing))
        {
            return Failure;
        }

        _life.Move(BackendState.Starting);
        _supervision.OnPlay();
        if (_sockets.JoinGroups() is { } unjoined)
        {
            return _life.Lose(_setup.CannotJoin(unjoined));
        }

        _sockets.Punch();
        RtspReply reply = await _dialogue.AskAsync(RtspMethod.Play, _dialogue.Aggregate, _context.Timings.Answer, _talk.PlayHeaders);
        if (!_life.HasEnded
            && reply.Status is >= 400 and < 500 and not (RtspStatus.Unauthorized or RtspStatus.SessionNotFound or RtspStatus.NotEnoughBandwidth))
        {
            // Quirk (Parrot): PLAY without Range is refused (gortsplib, client.go). LIVE555 sends none, so without is tried first.
            reply = await _dialogue.AskAsync(
                RtspMethod.Play, _dialogue.Aggregate, _context.Timings.Answer, [new RtspHeader("Range", "npt=0.000-"), .. _talk.PlayHeaders]);
        }

        if (!_life.HasEnded && TransportSetup.IsUnknownUrl(reply.Status) && _dialogue.Aggregate != _dialogue.Base)
        {
            // Quirk: the session's control is no URL that the camera knows. Players that pass it over play at the description's base.
            RtspReply atBase = await _dialogue.AskAsync(RtspMethod.Play, _dialogue.Base, _context.Timings.Answer, _talk.PlayHeaders);
            if (atBase.IsOk)
            {
                _dialogue.TakeBaseForAll();
                reply = atBase;
            }
        }

        if (!_life.HasEnded && BackChannelRecord.MayBeAboutTheTag(reply.Status) && _talk.TryGiveUp(reply.Status))
        {
            reply = await _dialogue.AskAsync(RtspMethod.Play, _dialogue.Aggregate, _context.Timings.Answer);
        }

        if (_life.HasEnded || !reply.HasAnswer)
        {
            _way.OnUnanswered(Failure ?? reply.Failure);
            return _life.Lose(Failure ?? reply.Failure ?? s_stopped);
        }

        if (!reply.IsOk)
        {
            return _life.Lose(_dialogue.RedirectOf(reply) ?? _way.OnPlayRefused(_dialogue.FailureOf(RtspMethod.Play, reply)));
        }

        _life.Move(BackendState.Playing);
        _liveness.OnPlay();
        _keepAlive.Schedule();
        _reports.Start();
        _liveness.Watch();
        _keepAlive.AskPublic();
        return null;
    }

    /// <summary>
    /// Stops the media and keeps the session, where the camera's Public lists PAUSE. False: the camera plays on, and only TEARDOWN is left
    /// (<see cref="RefusesPause"/>); or a PLAY has overtaken the answer.
    /// </summary>
    public async Task<bool> PauseAsync()
    {
        if (_life.HasEnded || State != BackendState.Playing || !await KnowsPauseAsync() || _life.HasEnded)
        {
            return false;
        }

        _life.Move(BackendState.Pausing);
        _liveness.OnPause();
        int number = ++_pauses;
        RtspReply reply = await _dialogue.AskAsync(RtspMethod.Pause, _dialogue.Aggregate, _context.Timings.ShortAnswer);
        if (_life.HasEnded || State != BackendState.Pausing || number != _pauses)
        {
            return false;
        }

        if (!reply.IsOk)
        {
            RefusesPause = true;
            _liveness.OnPauseRefused();
            _life.Move(BackendState.Playing);
            _keepAlive.Schedule();
            _liveness.Watch();
            return false;
        }

        _sockets.LeaveGroups();
        _life.Move(BackendState.Paused);
        _keepAlive.Schedule(); // one that fell due meanwhile was not asked
        return true;
    }

    /// <summary>
    /// Ends everything: TEARDOWN where the camera holds a session, bounded, then the connection and the sockets. Never fails; may be called again.
    /// </summary>
    public Task CloseAsync() => _closing ??= CloseOnceAsync();

    private async Task CloseOnceAsync()
    {
        StopTimers();
        if (Failure is null)
        {
            _context.Options.VideoSilence.OnOtherEnd();
        }

        _way.NoteEnd();
        _liveness.NoteOverrun();
        if (_dialogue.OwesTeardown)
        {
            // Also after a failure: a camera that allows few sessions must not keep a dead one (retina issue 17, go2rtc issue 65).
            _life.Move(BackendState.TearingDown);
            _ = await _dialogue.AskAsync(RtspMethod.Teardown, _dialogue.Aggregate, _context.Timings.Teardown);
        }

        _life.Move(BackendState.Closed);
        _dialogue.Close(s_stopped);
        foreach (BackendTrack track in _tracks)
        {
            BackendLog.TrackSummary(
                _context.Log, _context.StreamName, track.Name, track.Packets, track.Window.Missing, track.Window.Late, track.Window.Duplicates,
                track.UnknownPayloadTypes, track.Malformed);
            track.Close();
            track.Protection?.Dispose();
        }
    }

    private BackendFailure? OnDescribed(RtspMessage answer)
    {
        if (answer.Body.IsEmpty)
        {
            return _life.Lose(BackendFailureKind.BadDescription, "DESCRIBE was answered without a description");
        }

        if (!SdpDocument.TryParse(answer.Body, out SdpDocument? document, out SdpDefect defect))
        {
            return _life.Lose(BackendFailureKind.BadDescription, $"the camera's description (SDP) cannot be read: {defect}");
        }

        _dialogue.TakeUrls(answer, document.Control);
        ChooseTracks(document);
        _talk.OnDescribed(document);
        if (_tracks.Count == 0)
        {
            return _life.Lose(BackendFailureKind.NoMedia, document.Media.Count == 0
                ? "the camera's description (SDP) has no media"
                : "the camera's description (SDP) has no track that can be passed on");
        }

        if (_tracks.Count > ReceiveTracks.CountMax)
        {
            return _life.Lose(BackendFailureKind.BadDescription, $"the camera's description (SDP) has more than {ReceiveTracks.CountMax} tracks");
        }

        Description = document;
        DescribedMicros = _context.NowMicros;
        _liveness.OnDescribed(document);
        _way.Choose(mayLeaveConnection: !_dialogue.Url.Tls || _tracks.AreProtected);
        _context.Options.ProtectionSaid.Say(_context, _tracks, _dialogue.Url.Tls);
        _life.Move(BackendState.Described);
        _keepAlive.Schedule();
        return null;
    }

    /// <summary>
    /// Back-channels (a=sendonly) and what is not plain RTP stay out; without <see cref="BackendOptions.BackChannel"/> nobody is asked to talk, and
    /// nobody else's intercom is blocked (Frigate's documentation of restreaming, go2rtc issue 160).
    /// </summary>
    private void ChooseTracks(SdpDocument document)
    {
        _tracks.Clear();
        foreach (SdpMedia media in SdpRewriter.Served(document))
        {
            IReadOnlyList<string> controls = ControlUrl.Candidates(_dialogue.Base, document.Control, media.Control);
            BackendTrack track = new(_tracks.Count, media, controls[0], _context.Sink, _context.Options.VideoSilence)
            {
                Controls = controls,
                Unused = _tracks.Unused,
            };
            track.Protection = TrackProtection.Of(document, track, _context, _life, _tracks, _reports.SsrcOf(track.Index));
            _tracks.Add(track);
        }
    }

    /// <summary>What a failure is, before the session is lost for it.</summary>
    private BackendFailure Explain(BackendFailure failure)
    {
        BackendFailure cause = _liveness.Explain(failure);
        _keepAlive.LearnFromLoss(cause.Kind);
        return cause;
    }

    private void OnLost(BackendFailure failure)
    {
        StopTimers();
        if (failure.Kind != BackendFailureKind.VideoSilent)
        {
            _context.Options.VideoSilence.OnOtherEnd();
        }
    }

    private void StopTimers()
    {
        _keepAlive.Stop();
        _reports.Stop();
        _liveness.Stop();
        _media.Stop();
        _talk.Close();
    }
}
