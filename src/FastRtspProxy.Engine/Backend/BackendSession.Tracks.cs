using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Which tracks the session is made of: all that the camera sets up. What the others mean is decided by <see cref="TrackSetup"/> and remembered by <see cref="MissingTracks"/>.</summary>
internal sealed partial class BackendSession
{
    /// <summary>Sets every track up.</summary>
    public async Task<BackendFailure?> SetUpAsync()
    {
        if (Ended || State != BackendState.Described)
        {
            return Failure;
        }

        Move(BackendState.SettingUp);
        TimeSpan waited = TimeSpan.Zero;
        foreach (BackendTrack track in _tracks)
        {
            bool isNeeded = TrackSetup.IsNeeded(_tracks, track);
            if (!isNeeded && !_options.Missing.MayAsk(track.Index, _shard.NowMicros))
            {
                track.Absence = TrackAbsence.Silent;
                continue;
            }

            long askedMicros = _shard.NowMicros;
            if (await SetUpAsync(track, isNeeded, PatienceFor(isNeeded, waited)) is { } failure)
            {
                failure = Of(track, failure);
                if (Ended || TrackSetup.Judge(isNeeded, failure.Kind, failure.Status) != SetupVerdict.LeaveOut)
                {
                    OnSetUpEnded(track, isNeeded, failure);
                    return Lose(failure);
                }

                LeaveOut(track, failure);
                waited += failure.Status == 0 ? TimeSpan.FromMicroseconds(_shard.NowMicros - askedMicros) : TimeSpan.Zero;
            }
            else if (Ended)
            {
                return Failure;
            }
            else
            {
                OnPresent(track);
            }
        }

        Move(BackendState.SetUp);
        ScheduleKeepAlive();
        return null;
    }

    /// <summary>The first SETUP makes the session: a camera that starts its encoder for it is slow whichever track it is for.</summary>
    private TimeSpan PatienceFor(bool isNeeded, TimeSpan waited) => isNeeded || (!_isAnyTrackSetUp && waited == TimeSpan.Zero)
        ? _options.Timings.Answer
        : TrackSetup.Patience(_options.Timings.SilentTrack, waited, TimeSpan.FromMicroseconds(_slowestAnswerMicros), _options.Timings.Answer);

    /// <summary>The failure of a track's SETUP, with the track's name.</summary>
    private static BackendFailure Of(BackendTrack track, BackendFailure failure) => failure.Message.StartsWith(RtspMethod.Setup, StringComparison.Ordinal)
        ? failure with { Message = $"{RtspMethod.Setup} of {track.Name}{failure.Message[RtspMethod.Setup.Length..]}" }
        : failure;

    private void LeaveOut(BackendTrack track, BackendFailure failure)
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
            Unassign(track);
        }

        SayLeftOut(failure, _options.Missing.OnAbsent(track.Index, failure.Status, _shard.NowMicros));
    }

    /// <summary>The session ends with this SETUP. Some cameras do not refuse a track but close the connection.</summary>
    private void OnSetUpEnded(BackendTrack track, bool isNeeded, BackendFailure failure)
    {
        if (!isNeeded && failure.Kind == BackendFailureKind.ConnectionLost && _options.Missing.OnConnectionEnded(track.Index, _shard.NowMicros))
        {
            SayLeftOut(new BackendFailure(failure.Kind, $"the connection ended twice at {RtspMethod.Setup} of {track.Name}"), isNews: true);
        }
    }

    private void SayLeftOut(BackendFailure failure, bool isNews)
    {
        if (isNews)
        {
            BackendLog.TrackLeftOut(_log, _options.StreamName, failure.Message, failure.Status == 0 ? ", which is asked for again after an hour" : string.Empty);
        }
        else
        {
            BackendLog.TrackStillLeftOut(_log, _options.StreamName, failure.Message);
        }
    }

    private void OnPresent(BackendTrack track)
    {
        track.Absence = null;
        if (_options.Missing.OnPresent(track.Index))
        {
            BackendLog.TrackIsThere(_log, _options.StreamName, track.Name);
            _sink.OnSessionChanged();
            if (State == BackendState.Playing)
            {
                _watch.Start();
            }
        }
    }

    /// <summary>False for a track that was left out; one of which media comes all the same is there.</summary>
    private bool IsThere(BackendTrack track)
    {
        if (track.Absence is not null && track.Packets > 0)
        {
            OnPresent(track);
        }

        return track.Absence is null;
    }
}
