using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Which of the described tracks the session is made of, and how each of them fares. A track that the camera does not set up is left out, which <see
/// cref="MissingTracks"/> remembers for the mount; one that comes all the same is there. While the session plays, <see cref="TrackWatch"/> tells of
/// pictures that stay away and of tracks that end.
/// </summary>
internal sealed class TrackSupervision
{
    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly ReceiveTracks _tracks;
    private readonly SessionWay _way;
    private readonly CameraChannels _channels;
    private readonly TrackWatch _watch;

    public TrackSupervision(BackendContext context, BackendLife life, ReceiveTracks tracks, SessionWay way, CameraChannels channels)
    {
        _context = context;
        _life = life;
        _tracks = tracks;
        _way = way;
        _channels = channels;
        _watch = new TrackWatch(context.Shard, tracks.All, context.Options.VideoSilence, context.Timings, OnTracksLost);
    }

    private MissingTracks Missing => _context.Options.Missing;

    /// <summary>For a track that the session can do without. True where its silence is remembered: it is left out without being asked for.</summary>
    public bool LeavesOutUnasked(BackendTrack track)
    {
        if (Missing.MayAsk(track.Index, _context.NowMicros))
        {
            return false;
        }

        track.Absence = TrackAbsence.Silent;
        return true;
    }

    /// <summary>SETUP of a track has failed, and the session goes on without it.</summary>
    public void LeaveOut(BackendTrack track, BackendFailure failure)
    {
        if (failure.Status == 0)
        {
            // An answer may still come, and the media with it: then it is taken, from the ways that were offered.
            track.Absence = TrackAbsence.Silent;
        }
        else
        {
            track.Absence = TrackAbsence.Refused;
            track.Close();
            _channels.Release(track);
        }

        SayLeftOut(failure, Missing.OnAbsent(track.Index, failure.Status, _context.NowMicros));
    }

    /// <summary>The session ends with the SETUP of a track. Some cameras do not refuse a track but close the connection.</summary>
    public void OnSetUpEnded(BackendTrack track, bool isNeeded, BackendFailure failure)
    {
        if (!isNeeded && failure.Kind == BackendFailureKind.ConnectionLost && Missing.OnConnectionEnded(track.Index, _context.NowMicros))
        {
            SayLeftOut(new BackendFailure(failure.Kind, $"the connection ended twice at {RtspMethod.Setup} of {track.Name}"), isNews: true);
        }
    }

    /// <summary>The track was set up, or its media came.</summary>
    public void OnPresent(BackendTrack track)
    {
        track.Absence = null;
        if (Missing.OnPresent(track.Index))
        {
            BackendLog.TrackIsThere(_context.Log, _context.StreamName, track.Name);
            _context.Sink.OnSessionChanged();
            if (_life.State == BackendState.Playing)
            {
                Watch();
            }
        }
    }

    /// <summary>False for a track that was left out; one of which media comes all the same is there.</summary>
    public bool IsThere(BackendTrack track)
    {
        if (track.Absence is not null && track.Packets > 0)
        {
            OnPresent(track);
        }

        return track.Absence is null;
    }

    /// <summary>PLAY is sent.</summary>
    public void OnPlay()
    {
        foreach (BackendTrack track in _tracks)
        {
            track.OnPlay();
        }

        _watch.OnPlay();
    }

    /// <summary>The session plays: its tracks are watched from now on.</summary>
    public void Watch() => _watch.Start();

    /// <inheritdoc cref="TrackWatch.OnTimingsChanged"/>
    public void OnTimingsChanged() => _watch.OnTimingsChanged();

    /// <summary>The session plays no longer.</summary>
    public void Stop() => _watch.Stop();

    /// <summary>The source of a track has said BYE, and it is not one of several that end with their programme.</summary>
    public void OnBye(BackendTrack track)
    {
        BackendLog.TrackEnded(_context.Log, _context.StreamName, track.Name);
        _watch.OnBye();
    }

    /// <summary>Single tracks ended the session.</summary>
    private void OnTracksLost(BackendFailure failure)
    {
        if (failure.Kind != BackendFailureKind.VideoSilent)
        {
            _life.Lose(failure);
            return;
        }

        _way.OnPicturesSilent();
        _life.Lose(failure with { Message = failure.Message + _tracks.WhatCame() });
    }

    private void SayLeftOut(BackendFailure failure, bool isNews)
    {
        if (isNews)
        {
            string again = failure.Status == 0 ? ", which is asked for again after an hour" : string.Empty;
            BackendLog.TrackLeftOut(_context.Log, _context.StreamName, failure.Message, again);
        }
        else
        {
            BackendLog.TrackStillLeftOut(_context.Log, _context.StreamName, failure.Message);
        }
    }
}
