using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One RTSP session with a camera, from the connection to its end; never used twice. Methods give null for success or the failure, and never throw. All of it
/// lives on one shard.
/// </summary>
internal sealed partial class BackendSession : IRtspChannelOwner
{
    /// <summary>What we call ourselves; some cameras refuse requests without a User-Agent (go2rtc issue 235).</summary>
    public const string UserAgent = "FastRtspProxy";

    /// <summary>Redirects of one attempt.</summary>
    public const int RedirectHops = 5;

    /// <summary>Receive tracks of one camera: two interleaved channels each, and nobody was seen to have more than five.</summary>
    public const int TracksMax = 32;

    private readonly BackendOptions _options;
    private readonly IBackendSink _sink;
    private readonly Shard _shard;
    private readonly ILogger _log;
    private readonly List<BackendTrack> _tracks = [];
    private readonly TrackWatch _watch;
    private readonly BackendTrack?[] _trackOfChannel = new BackendTrack?[256];
    private readonly CameraSessionId _id;

    /// <summary>Answers the challenges of the host that the present connection goes to: made anew with each connection, by <see cref="CameraCredentials"/>.</summary>
    private AuthClient? _auth;
    private RtspClientChannel? _channel;
    private RtspUrl _url;
    private string _base;
    private string _aggregate;
    private int _cseq;

    /// <summary>The longest time that an answer took in this session.</summary>
    private long _slowestAnswerMicros;
    private bool _connectionTaken;

    /// <summary>True while the present connection is the one that <see cref="BackendOptions.Connection"/> gave: there may be no other way to the camera.</summary>
    private bool _isGivenConnection;

    /// <summary>Of the present description; the source counts as live before there is one.</summary>
    private ProgrammeWatch _programme = new(null);

    /// <summary>The address of the camera that sent us to the present URL; null while the URL is the stream's own.</summary>
    private IPAddress? _redirectedBy;

    public BackendSession(BackendOptions options, IBackendSink sink, Shard shard, ILogger log)
    {
        _options = options;
        _sink = sink;
        _shard = shard;
        _log = log;
        _url = options.Url;
        _redirectedBy = options.RedirectedBy;
        _base = _aggregate = options.Url.RequestUri;
        _id = new CameraSessionId(options.Timings.SessionTimeout);
        _watch = new TrackWatch(shard, _tracks, options.VideoSilence, options.Timings.DeadStream, OnTracksLost);
        _keepAliveTimer = shard.CreateTimer(OnKeepAliveDue);
        _reportTimer = shard.CreateTimer(OnReportDue);
        _silenceTimer = shard.CreateTimer(OnSilenceDue);
        _reorderTimer = shard.CreateTimer(OnReorderDue);
    }

    /// <summary>Where the session stands.</summary>
    public BackendState State { get; private set; }

    /// <summary>Why it is lost; null while it is not.</summary>
    public BackendFailure? Failure { get; private set; }

    /// <summary>The camera's description; null before it was read.</summary>
    public SdpDocument? Description { get; private set; }

    /// <summary>When <see cref="Description"/> was read.</summary>
    public long DescribedMicros { get; private set; }

    /// <summary>The tracks that we receive, in the order of the description.</summary>
    public IReadOnlyList<BackendTrack> Tracks => _tracks;

    /// <summary>True where the media comes in the RTSP connection.</summary>
    public bool OverTcp => _way == MediaWay.Tcp;

    /// <summary>The camera's address, for messages.</summary>
    public IPEndPoint? Remote => _channel?.Remote;

    /// <summary>The time-out that the camera announced for its session.</summary>
    public TimeSpan SessionTimeout => _id.Timeout;

    /// <summary>When the newest RTP packet of any track came; 0: none did.</summary>
    private long LastRtpMicros
    {
        get
        {
            long last = 0;
            foreach (BackendTrack track in _tracks)
            {
                last = Math.Max(last, track.LastRtpMicros);
            }

            return last;
        }
    }

    private bool Ended => State is BackendState.Closed or BackendState.TearingDown || Failure is not null;

    private void Move(BackendState to)
    {
        if (State == to)
        {
            return;
        }

        if (!BackendStates.CanMove(State, to))
        {
            throw new InvalidOperationException($"A back-end session cannot go from {State} to {to}.");
        }

        BackendLog.Moved(_log, _options.StreamName, State, to);
        State = to;
        _sink.OnSessionChanged();
    }

    /// <summary>The session is of no more use; the first cause stays.</summary>
    private BackendFailure Lose(BackendFailure failure)
    {
        if (Failure is null && State != BackendState.Closed)
        {
            if (State == BackendState.Playing && ProgrammeWatch.MayBeTheEnd(failure.Kind)
                && IsPlayedOut(failure.Kind == BackendFailureKind.Bye ? _shard.NowMicros : LastRtpMicros))
            {
                failure = _programme.End();
            }

            LearnFromLoss(failure.Kind);
            Failure = failure;
            StopTimers();
            if (failure.Kind != BackendFailureKind.VideoSilent)
            {
                _options.VideoSilence.OnOtherEnd();
            }

            _sink.OnSessionChanged();
        }

        return Failure ?? failure;
    }

    private BackendFailure Lose(BackendFailureKind kind, string message) => Lose(new BackendFailure(kind, message));
}
