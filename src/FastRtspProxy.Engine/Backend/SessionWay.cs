using System.Diagnostics;
using System.Globalization;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The way that the media of one session takes: what the session tells the mount's <see cref="TransportChoice"/>, and what it makes of the answers.
/// While the camera holds no track of the session, another way can be tried on the same connection; after that another way needs another session.
/// </summary>
internal sealed class SessionWay(BackendContext context, BackendLife life, ReceiveTracks tracks, CameraChannels channels)
{
    /// <summary>Between the first round of ways and the second: nothing was wrong with the camera so far, it was asked in the wrong way.</summary>
    private static readonly TimeSpan s_secondRound = TimeSpan.FromMilliseconds(200);

    /// <summary>The choice was told that RTP comes: from then on the end of this session says nothing against its way.</summary>
    private bool _saidMedia;

    /// <summary>The choice was told that RTP of a video comes; implies <see cref="_saidMedia"/>.</summary>
    private bool _saidPictures;

    /// <summary>The answer to the last PLAY that no RTP had come before; 0: RTP came before any.</summary>
    private long _firstPlayMicros;

    /// <summary>Chosen with each description; it changes only while <see cref="IsAnyTrackSetUp"/> is false.</summary>
    public MediaWay Current { get; private set; }

    /// <summary>The media comes in the RTSP connection.</summary>
    public bool IsTcp => Current == MediaWay.Tcp;

    /// <summary>The camera holds a track of this session, so that another way needs another session. Once true it stays.</summary>
    public bool IsAnyTrackSetUp { get; private set; }

    private TransportChoice Ways => context.Options.Ways;

    /// <summary>The description is known: which way this session goes.</summary>
    /// <param name="mayLeaveConnection">False: it is TLS, and not all media is encrypted itself.</param>
    public void Choose(bool mayLeaveConnection)
    {
        bool hasGroups = false;
        string shape = string.Empty;
        foreach (BackendTrack track in tracks)
        {
            SdpMedia media = track.Media;
            hasGroups |= !context.Options.Targets.RefusesGroups && MulticastGroup.Of(media) is not null;
            shape += string.Create(CultureInfo.InvariantCulture, $"{media.Type} {media.Protocol} {media.EncodingName}/{media.ClockRate}\n");
        }

        bool isFixed = context.Options.Transport != BackendTransport.Udp || !mayLeaveConnection;
        Current = Ways.Begin(new WayOffer(isFixed, hasGroups, shape), context.NowMicros);
    }

    /// <summary>The camera holds a track.</summary>
    public void OnTrackSetUp() => IsAnyTrackSetUp = true;

    /// <summary>
    /// SETUP of a track was refused. Null: nothing is set up yet, and the track is to be asked for by <see cref="Current"/>, which is another way
    /// now. Else the failure: of the track alone where the way stays (its kind is not <see cref="BackendFailureKind.WayFailed"/> or <see
    /// cref="BackendFailureKind.NoWay"/>), or the one that ends the session.
    /// </summary>
    public BackendFailure? OnSetUpRefused(BackendTrack track, bool isNeeded, BackendFailure failure)
    {
        // A first video that no way carried before is known to be refused by itself.
        WayStep step = isNeeded || (track == tracks.Primary && !context.Options.Missing.Has(track.Index))
            ? Ways.OnRefused(Current, failure.Status, failure.Message, context.NowMicros)
            : Ways.OnOtherTrackRefused(Current, track.Index, failure.Status, context.NowMicros);
        if (step == WayStep.TryNext && !IsAnyTrackSetUp)
        {
            Change(track, failure.Message);
            return null;
        }

        if (step == WayStep.RoundOver && !isNeeded)
        {
            // A first video that no way carries is left out where there is another one.
            Current = Ways.OnTrackRefusedByAll(IsAnyTrackSetUp ? Current : null);
            return failure;
        }

        return FailureAfter(step, failure);
    }

    /// <summary>PLAY was refused: the way's fault where RTP never came by it in this session.</summary>
    public BackendFailure OnPlayRefused(BackendFailure failure) =>
        tracks.HasMedia ? failure : FailureAfter(Ways.OnRefused(Current, failure.Status, failure.Message, context.NowMicros), failure);

    /// <summary>
    /// A camera that answers a SETUP for datagrams with TCP has said what it wants (MediaMTX, GStreamer's RTSP server and others take it). Null: TCP
    /// is the way from now on.
    /// </summary>
    public BackendFailure? OnAnsweredWithTcp(BackendTrack track)
    {
        const string Why = "the camera answered SETUP with TCP";
        Ways.OnAnsweredWithTcp(Current, Why, context.NowMicros);
        if (IsAnyTrackSetUp)
        {
            return FailureAfter(WayStep.TryNext, new BackendFailure(BackendFailureKind.Refused, Why));
        }

        Change(track, Why);
        return null;
    }

    /// <summary>No answer to SETUP of a track that is needed, or to PLAY: it may be the way that the camera does not bear.</summary>
    public void OnUnanswered(BackendFailure? failure)
    {
        if (failure is { Kind: BackendFailureKind.NoAnswer or BackendFailureKind.ConnectionLost } && !tracks.HasMedia)
        {
            Ways.OnUnanswered(Current, failure.Message, context.NowMicros);
        }
    }

    /// <summary>
    /// The way cannot be gone on this machine. Null: the track is to be asked for by <see cref="Current"/>, which is another way now.
    /// </summary>
    public BackendFailure? OnUnusable(BackendTrack track, BackendFailure failure)
    {
        WayStep step = Ways.OnFailed(Current, failure.Message, context.NowMicros);
        if (step == WayStep.TryNext && !IsAnyTrackSetUp)
        {
            Change(track, failure.Message);
            return null;
        }

        return FailureAfter(step, failure);
    }

    /// <summary>The way has failed while the camera holds a session for it. Gives the failure that ends the session.</summary>
    public BackendFailure OnFailed(BackendFailure failure) => FailureAfter(Ways.OnFailed(Current, failure.Message, context.NowMicros), failure);

    /// <summary>PLAY was answered.</summary>
    public void OnPlay(long nowMicros) => _firstPlayMicros = tracks.HasMedia ? _firstPlayMicros : nowMicros;

    /// <summary>How long the first media is waited for; null: for ever.</summary>
    public TimeSpan? Patience() => Ways.Patience(Current, context.Timings.DeadStream, context.Timings.UdpSilence, tracks.HasHeard);

    /// <summary>
    /// The session ends for want of pictures. Where none came while the sound did, they may be lost on their way: large datagrams vanish where small
    /// ones pass.
    /// </summary>
    public void OnPicturesSilent()
    {
        if (!tracks.HasPictures)
        {
            Ways.OnPicturesSilent(Current, context.NowMicros);
        }
    }

    /// <summary>
    /// The choice learns that RTP comes and how long it took; once, or once more when the pictures come behind the sound. At the latest when the
    /// session ends.
    /// </summary>
    public void NoteDelivery()
    {
        Debug.Assert(_saidMedia || !_saidPictures, "Pictures are media.");
        if (_saidMedia && (_saidPictures || !tracks.HasPictures))
        {
            return;
        }

        if (tracks.FirstRtpMicros is { } first)
        {
            _saidMedia = true;
            _saidPictures = tracks.HasPictures;
            Ways.OnDelivered(Current, _firstPlayMicros > 0 ? Math.Max(0, first - _firstPlayMicros) : 0, _saidPictures);
        }
    }

    /// <summary>The session ends: what it says about its way, if it has not said it yet.</summary>
    public void NoteEnd()
    {
        NoteDelivery();
        bool hasAsked = life.State is >= BackendState.SettingUp and <= BackendState.Paused;
        if (hasAsked && !_saidMedia
            && life.Failure is
            {
                Kind: BackendFailureKind.Busy or BackendFailureKind.Refused or BackendFailureKind.NoAnswer or BackendFailureKind.ConnectionLost,
            } failure)
        {
            Ways.OnEndedWithoutMedia(Current, failure.Message, context.NowMicros);
        }
    }

    private BackendFailure FailureAfter(WayStep step, BackendFailure failure) => step switch
    {
        WayStep.TryNext => new BackendFailure(BackendFailureKind.WayFailed, $"{failure.Message} ({TransportChoice.Name(Current)})")
        {
            NextWay = Ways.Current,
            IsQuiet = Ways.Rounds > 0,
        },
        WayStep.RoundOver => new BackendFailure(BackendFailureKind.NoWay, $"no way brings media ({Ways.Summary})")
        {
            FirstWait = Ways.Rounds == 1 ? s_secondRound : null,
        },
        _ => failure,
    };

    /// <summary>Goes another way on the same connection; nothing was set up yet.</summary>
    private void Change(BackendTrack track, string why)
    {
        Debug.Assert(!IsAnyTrackSetUp, "A session has one way.");
        track.Close();
        channels.Release(track);
        LogLevel level = Ways.Rounds > 0 ? LogLevel.Debug : LogLevel.Information;
        string left = TransportChoice.Name(Current);
        string next = TransportChoice.Name(Ways.Current);
        BackendLog.TriesWay(context.Log, level, context.StreamName, why, left, next);
        Current = Ways.Current;
        context.Sink.OnSessionChanged();
    }
}
