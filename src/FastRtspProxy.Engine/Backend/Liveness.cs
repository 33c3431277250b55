using System.Globalization;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Tells from the media of all tracks together that a session which plays has come to its end: no media at all after PLAY, silence after media, or
/// the end of a programme. What becomes of single tracks is <see cref="TrackSupervision"/>'s business.
/// </summary>
internal sealed class Liveness
{
    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks;
    private readonly SessionWay _way;
    private readonly TrackSupervision _supervision;

    /// <summary>Runs only while the session plays: to the moment at which the silence could be too long.</summary>
    private readonly ShardTimer _timer;

    /// <summary>Of the present description; the source counts as live before there is one.</summary>
    private ProgrammeWatch _programme = new(null);

    public Liveness(BackendContext context, BackendLife life, ReceiveTracks tracks, SessionWay way, TrackSupervision supervision)
    {
        _context = context;
        _life = life;
        _tracks = tracks;
        _way = way;
        _supervision = supervision;
        _timer = context.Shard.CreateTimer(OnSilenceDue);
    }

    /// <summary>When the last PLAY was answered; 0 before the first.</summary>
    public long PlaySinceMicros { get; private set; }

    /// <summary>Silence of so long is the end of the session, or without `-D` of a programme that was played; zero: none is.</summary>
    private TimeSpan SilenceLimit =>
        DeadStream > TimeSpan.Zero ? DeadStream : _programme.HasEnd ? ProgrammeWatch.SilenceAtTheEnd : TimeSpan.Zero;

    private TimeSpan DeadStream => _context.Timings.DeadStream;

    /// <summary>A description was read.</summary>
    public void OnDescribed(SdpDocument document)
    {
        TimeSpan? length = ProgrammeLength.Of(document);
        _programme = new ProgrammeWatch(_context.Options.Overrun.Has(length, _context.NowMicros) ? null : length);
    }

    /// <summary>PLAY was answered.</summary>
    public void OnPlay()
    {
        PlaySinceMicros = _context.NowMicros;
        _way.OnPlay(PlaySinceMicros);
        _programme.OnPlay(PlaySinceMicros);
    }

    /// <summary>From now on silence counts.</summary>
    public void Watch()
    {
        WatchSilence();
        _supervision.Watch();
    }

    /// <summary>The times of the session's options were changed: a session that plays is watched by the new ones.</summary>
    public void OnTimingsChanged()
    {
        if (_life.State == BackendState.Playing && _life.Failure is null)
        {
            _timer.Stop();
            WatchSilence();
            _supervision.OnTimingsChanged();
        }
    }

    /// <summary>PAUSE is sent: silence is what was asked for.</summary>
    public void OnPause()
    {
        Stop();
        _programme.OnPause(_context.NowMicros);
    }

    /// <summary>PAUSE was refused: the camera plays on.</summary>
    public void OnPauseRefused() => _programme.OnPlay(_context.NowMicros);

    /// <summary>The session plays no longer.</summary>
    public void Stop()
    {
        _timer.Stop();
        _supervision.Stop();
    }

    private void WatchSilence()
    {
        if (!_tracks.HasMedia)
        {
            WatchFirstMedia();
        }
        else if (SilenceLimit > TimeSpan.Zero)
        {
            _timer.Start(SilenceLimit);
        }
    }

    /// <summary>The source of a track has said BYE.</summary>
    public void OnBye(BackendTrack track)
    {
        // The tracks of a programme end one after the other: while some still play, the first BYE at its end is not the end of all.
        if (_life.State == BackendState.Playing && !(IsPlayedOut(_context.NowMicros) && _tracks.AnyPlaysOn))
        {
            _supervision.OnBye(track);
        }
    }

    /// <summary>What the loss of the session is: with a programme that was played out, its end.</summary>
    public BackendFailure Explain(BackendFailure failure) =>
        _life.State == BackendState.Playing && ProgrammeWatch.MayBeTheEnd(failure.Kind)
        && IsPlayedOut(failure.Kind == BackendFailureKind.Bye ? _context.NowMicros : _tracks.LastRtpMicros)
            ? _programme.End()
            : failure;

    /// <summary>The session ends: a range that it went far beyond means nothing to the next one either.</summary>
    public void NoteOverrun()
    {
        if (_programme.OverrunBy(_tracks.Played) is { } length)
        {
            _context.Options.Overrun.Note(length, _context.NowMicros);
        }
    }

    private bool IsPlayedOut(long untilMicros) => _programme.IsPlayedOut(untilMicros, _tracks.Played);

    private void OnSilenceDue()
    {
        if (_life.HasEnded || _life.State != BackendState.Playing)
        {
            return;
        }

        if (!_tracks.HasMedia)
        {
            WatchFirstMedia();
            return;
        }

        _way.NoteDelivery();
        if (SilenceLimit > TimeSpan.Zero)
        {
            WatchDeadStream(SilenceLimit);
        }
    }

    /// <summary>No RTP since PLAY: waits on, or gives the way up.</summary>
    private void WatchFirstMedia()
    {
        if (_way.Patience() is not { } patience)
        {
            if (_programme.HasEnd)
            {
                _timer.Start(ProgrammeWatch.SilenceAtTheEnd); // its media may have come and gone by then
            }

            return;
        }

        TimeSpan silent = TimeSpan.FromMicroseconds(_context.NowMicros - PlaySinceMicros);
        if (silent < patience)
        {
            _timer.Start(patience - silent);
            return;
        }

        string what = _tracks.HasHeard ? ", only RTCP or packets of no track" : string.Empty;
        string why = string.Create(CultureInfo.InvariantCulture, $"no media for {patience.TotalSeconds:0.#} s{what}{_tracks.WhatCame()}");
        _life.Lose(_way.OnFailed(new BackendFailure(BackendFailureKind.Silent, why)));
    }

    private void WatchDeadStream(TimeSpan limit)
    {
        long last = Math.Max(PlaySinceMicros, _tracks.LastRtpMicros);
        TimeSpan silent = TimeSpan.FromMicroseconds(_context.NowMicros - last);
        if (silent < limit)
        {
            _tracks.ForgetWhatCame(_context.NowMicros);
            _timer.Start(limit - silent);
        }
        else if (DeadStream > TimeSpan.Zero || IsPlayedOut(_tracks.LastRtpMicros))
        {
            _life.Lose(BackendFailureKind.Silent, $"no media for {limit.TotalSeconds:0.#} s{_tracks.WhatCame()}");
        }
        else
        {
            _timer.Start(limit);
        }
    }
}
