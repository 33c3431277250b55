using System.Globalization;
using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>The way of the media: what this session tells <see cref="TransportChoice"/>, and what it makes of the answers.</summary>
internal sealed partial class BackendSession
{
    /// <summary>Addresses that would stand in for the camera and about which the policy is asked in a session: it costs system calls, and anybody can send.</summary>
    private const int StandInsAskedMax = 8;

    /// <summary>Between the first round of ways and the second: nothing was wrong with the camera so far, it was asked in the wrong way.</summary>
    private static readonly TimeSpan s_secondRound = TimeSpan.FromMilliseconds(200);

    /// <summary>The way of this session. Set from the description on; it changes while nothing is set up yet.</summary>
    private MediaWay _way;

    /// <summary>The choice was told that RTP comes.</summary>
    private bool _isDelivered;

    /// <summary>The choice was told that RTP of a video comes.</summary>
    private bool _saidPictures;

    /// <summary>The camera holds a track of this session, so that another way needs another session.</summary>
    private bool _isAnyTrackSetUp;

    /// <summary>The answer to the last PLAY that no RTP had come before; 0: RTP came before any.</summary>
    private long _firstPlayMicros;

    private int _standInsAsked;

    /// <summary>RTP has come in this session.</summary>
    public bool HasMedia
    {
        get
        {
            foreach (BackendTrack track in _tracks)
            {
                if (track.Packets > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private TransportChoice Ways => _options.Ways;

    /// <summary>RTP of a video has come in this session.</summary>
    private bool HasPictures
    {
        get
        {
            foreach (BackendTrack track in _tracks)
            {
                if (track.IsVideo && track.Packets > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The track whose refusal is about the way: the first video; without video the first of all.</summary>
    private BackendTrack Primary
    {
        get
        {
            foreach (BackendTrack track in _tracks)
            {
                if (track.IsVideo)
                {
                    return track;
                }
            }

            return _tracks[0];
        }
    }

    /// <summary>Something that is no media has come: RTCP, or RTP of a type that no track has.</summary>
    private bool HasHeardOther
    {
        get
        {
            foreach (BackendTrack track in _tracks)
            {
                if (track.HasHeard)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True where RTP of the track from an address that is not the camera's may be taken; says so.</summary>
    public bool MayStandIn(BackendTrack track, in PeerAddress from)
    {
        IPAddress address = from.ToEndPoint().Address;
        if (++_standInsAsked > StandInsAskedMax || !MaySendTo(address))
        {
            return false;
        }

        if (_options.StandIns.IsNew(address))
        {
            BackendLog.StandIn(_log, _options.StreamName, track.Name, address, _channel!.Remote.Address);
        }

        return true;
    }

    /// <summary>Where reports about a stand-in's RTP go: the second port of its pair (RFC 3550 section 11), as far as we may send there.</summary>
    public PeerAddress ReportsTo(BackendTrack track, in PeerAddress standIn)
    {
        bool isNamedPair = track.RtpSocket!.Named.Port == standIn.Port && track.RtcpSocket!.Named.Port > 0;
        int port = AllowedPort(isNamedPair ? track.RtcpSocket!.Named.Port : Math.Min(standIn.Port + 1, ushort.MaxValue));
        return port > 0 ? standIn.WithPort(port) : default;
    }

    /// <summary>The description is known: which way this session goes.</summary>
    private void ChooseWay()
    {
        bool hasGroups = false;
        string shape = string.Empty;
        foreach (BackendTrack track in _tracks)
        {
            SdpMedia media = track.Media;
            hasGroups |= MulticastGroup.Of(media) is not null;
            shape += string.Create(CultureInfo.InvariantCulture, $"{media.Type} {media.Protocol} {media.EncodingName}/{media.ClockRate}\n");
        }

        _way = Ways.Begin(new WayOffer(_options.Transport != BackendTransport.Udp || _url.Tls, hasGroups, shape), _shard.NowMicros);
    }

    /// <summary>
    /// SETUP of a track was refused. Null: nothing is set up yet, and the track is to be asked for by <see cref="_way"/>, which is another one now. Else the failure: of the track where the way stays
    /// (its kind is not <see cref="BackendFailureKind.WayFailed"/> or <see cref="BackendFailureKind.NoWay"/>), or the one that ends the session.
    /// </summary>
    private BackendFailure? OnSetUpRefused(BackendTrack track, bool isNeeded, int status, BackendFailure failure)
    {
        // A first video that no way carried before is known to be refused by itself.
        WayStep step = isNeeded || (track == Primary && !_options.Missing.Has(track.Index))
            ? Ways.OnRefused(_way, status, failure.Message, _shard.NowMicros)
            : Ways.OnOtherTrackRefused(_way, track.Index, status, _shard.NowMicros);
        if (step == WayStep.TryNext && !_isAnyTrackSetUp)
        {
            ChangeWay(track, failure.Message);
            return null;
        }

        if (step == WayStep.RoundOver && !isNeeded)
        {
            // A first video that no way carries is left out where there is another one.
            _way = Ways.OnTrackRefusedByAll(_isAnyTrackSetUp ? _way : null);
            return failure;
        }

        return FailureAfter(step, failure);
    }

    /// <summary>PLAY was refused: the way's fault where RTP never came by it in this session.</summary>
    private BackendFailure OnPlayRefused(int status, BackendFailure failure) =>
        HasMedia ? failure : FailureAfter(Ways.OnRefused(_way, status, failure.Message, _shard.NowMicros), failure);

    /// <summary>A camera that answers a SETUP for datagrams with TCP has said what it wants (MediaMTX, GStreamer's RTSP server and others take it).</summary>
    private BackendFailure? OnAnsweredWithTcp(BackendTrack track)
    {
        const string Why = "the camera answered SETUP with TCP";
        Ways.OnAnsweredWithTcp(_way, Why, _shard.NowMicros);
        if (_isAnyTrackSetUp)
        {
            return FailureAfter(WayStep.TryNext, new BackendFailure(BackendFailureKind.Refused, Why));
        }

        ChangeWay(track, Why);
        return null;
    }

    /// <summary>No answer to SETUP of the first video track, or to PLAY: it may be the way that the camera does not bear.</summary>
    private void OnUnanswered(BackendFailure? failure)
    {
        if (failure is { Kind: BackendFailureKind.NoAnswer or BackendFailureKind.ConnectionLost } && !HasMedia)
        {
            Ways.OnUnanswered(_way, failure.Message, _shard.NowMicros);
        }
    }

    /// <summary>The way cannot be gone on this machine.</summary>
    private BackendFailure? OnUnusable(BackendTrack track, BackendFailure failure)
    {
        WayStep step = Ways.OnFailed(_way, failure.Message, _shard.NowMicros);
        if (step == WayStep.TryNext && !_isAnyTrackSetUp)
        {
            ChangeWay(track, failure.Message);
            return null;
        }

        return FailureAfter(step, failure);
    }

    private BackendFailure FailureAfter(WayStep step, BackendFailure failure) => step switch
    {
        WayStep.TryNext => new BackendFailure(BackendFailureKind.WayFailed, $"{failure.Message} ({TransportChoice.Name(_way)})") { NextWay = Ways.Current, IsQuiet = Ways.Rounds > 0 },
        WayStep.RoundOver => new BackendFailure(BackendFailureKind.NoWay, $"no way brings media ({Ways.Summary})") { FirstWait = Ways.Rounds == 1 ? s_secondRound : null },
        _ => failure,
    };

    /// <summary>Goes another way on the same connection; nothing was set up yet.</summary>
    private void ChangeWay(BackendTrack track, string why)
    {
        track.Close();
        Unassign(track);
        LogLevel level = Ways.Rounds > 0 ? LogLevel.Debug : LogLevel.Information;
        string left = TransportChoice.Name(_way);
        string next = TransportChoice.Name(Ways.Current);
        BackendLog.TriesWay(_log, level, _options.StreamName, why, left, next);
        _way = Ways.Current;
        _sink.OnSessionChanged();
    }

    /// <summary>Single tracks ended the session. Pictures that never came while the sound did are lost on their way, perhaps: large datagrams vanish where small ones pass.</summary>
    private void OnTracksLost(BackendFailure failure)
    {
        if (failure.Kind == BackendFailureKind.VideoSilent && !HasPictures)
        {
            Ways.OnPicturesSilent(_way, _shard.NowMicros);
        }

        Lose(failure with { Message = failure.Message + (failure.Kind == BackendFailureKind.VideoSilent ? WhatCame() : string.Empty) });
    }

    /// <summary>The choice learns that RTP comes and how long it took; once, or once more when the pictures come behind the sound. At the latest when the session ends.</summary>
    private void NoteDelivery()
    {
        if (_isDelivered && (_saidPictures || !HasPictures))
        {
            return;
        }

        long first = long.MaxValue;
        foreach (BackendTrack track in _tracks)
        {
            if (track.Packets > 0)
            {
                first = Math.Min(first, track.FirstRtpMicros);
            }
        }

        if (first < long.MaxValue)
        {
            _isDelivered = true;
            _saidPictures = HasPictures;
            Ways.OnDelivered(_way, _firstPlayMicros > 0 ? Math.Max(0, first - _firstPlayMicros) : 0, _saidPictures);
        }
    }

    /// <summary>The session ends: what it says about its way, if it has not said it yet.</summary>
    private void NoteEnd()
    {
        NoteDelivery();
        bool hasAsked = State is >= BackendState.SettingUp and <= BackendState.Paused;
        if (hasAsked && !_isDelivered && Failure is { Kind: BackendFailureKind.Busy or BackendFailureKind.Refused or BackendFailureKind.NoAnswer or BackendFailureKind.ConnectionLost } failure)
        {
            Ways.OnEndedWithoutMedia(_way, failure.Message, _shard.NowMicros);
        }
    }

    /// <summary>No RTP since PLAY: waits on, or gives the way up.</summary>
    private void WatchFirstMedia()
    {
        if (Ways.Patience(_way, _options.Timings.DeadStream, _options.Timings.UdpSilence, HasHeardOther) is not { } patience)
        {
            if (_programme.HasEnd)
            {
                _silenceTimer.Start(ProgrammeWatch.SilenceAtTheEnd); // its media may have come and gone by then
            }

            return;
        }

        TimeSpan silent = TimeSpan.FromMicroseconds(_shard.NowMicros - _playSinceMicros);
        if (silent < patience)
        {
            _silenceTimer.Start(patience - silent);
            return;
        }

        string what = HasHeardOther ? ", only RTCP or packets of no track" : string.Empty;
        string why = string.Create(CultureInfo.InvariantCulture, $"no media for {patience.TotalSeconds:0.#} s{what}{WhatCame()}");
        BackendFailure silence = new(BackendFailureKind.Silent, why);
        Lose(FailureAfter(Ways.OnFailed(_way, why, _shard.NowMicros), silence));
    }

    /// <summary>For a failure's message: datagrams that came from somebody else.</summary>
    private string RefusedSenders()
    {
        string text = string.Empty;
        foreach (BackendTrack track in _tracks)
        {
            if (track.RtpSocket?.Peers?.RefusedText() is { } refused)
            {
                text += "; " + refused;
            }
        }

        return text;
    }
}
