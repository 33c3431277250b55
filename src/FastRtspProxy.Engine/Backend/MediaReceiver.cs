using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What the camera sends of its media and RTCP, on channels and to sockets, given to the track that it belongs to; and the timer that ends the wait
/// for packets which are missing.
/// </summary>
internal sealed class MediaReceiver : IFrameTaker
{
    /// <summary>
    /// Where packets still wait after the first look, so many more follow within the time of one wait: each packet came at another moment.
    /// </summary>
    private const int FurtherLooks = 4;

    private readonly BackendContext _context;
    private readonly ReceiveTracks _tracks;
    private readonly CameraChannels _channels;
    private readonly ReceiverReports _reports;
    private readonly Liveness _liveness;

    /// <summary>Runs while a packet of any track waits behind a gap.</summary>
    private readonly ShardTimer _reorderTimer;

    public MediaReceiver(BackendContext context, ReceiveTracks tracks, CameraChannels channels, ReceiverReports reports, Liveness liveness)
    {
        _context = context;
        _tracks = tracks;
        _channels = channels;
        _reports = reports;
        _liveness = liveness;
        _reorderTimer = context.Shard.CreateTimer(OnReorderDue);
    }

    /// <summary>An interleaved frame; the payload ends with the call.</summary>
    public void OnFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        BackendTrack? track = _channels[channel];
        if (track?.Channels is not { } channels)
        {
            OnUnknownChannel(channel, payload);
            return;
        }

        bool isForReports = channel == channels.Rtcp && channel != channels.Rtp;
        if (MayBeReport(payload) && (isForReports || !track.Knows(payload[1])))
        {
            OnRtcp(track, payload, isGroup: false); // on whichever of its channels
        }
        else if (isForReports)
        {
            if (!TryAdopt(channel, payload))
            {
                OnRtcp(track, payload, isGroup: false);
            }
        }
        else if (payload.Length < 2 || track.Knows(payload[1]) || !TryAdopt(channel, payload))
        {
            track.OnOrderedRtp(payload, _context.NowMicros);
        }
    }

    /// <summary>All that was there in this turn was given, by the connection or by a socket.</summary>
    public void OnBatchEnd() => _context.Sink.OnBatchEnd();

    /// <summary>RTCP of a track, from a socket or a channel.</summary>
    /// <param name="track">Whose.</param>
    /// <param name="compound">As it came.</param>
    /// <param name="isGroup">It came to a multicast group, whose other receivers send reports too.</param>
    public void OnRtcp(BackendTrack track, ReadOnlySpan<byte> compound, bool isGroup)
    {
        if (!_reports.AreOurs(compound) && track.Protection?.TryOpenRtcp(ref compound) != false
            && track.OnRtcp(compound, isGroup, _context.NowMicros))
        {
            _liveness.OnBye(track);
        }
    }

    /// <summary>A UDP packet waits behind a gap: look again when its time is over, even if nothing else comes.</summary>
    public void OnReorderNeeded()
    {
        if (!_reorderTimer.IsRunning)
        {
            _reorderTimer.Start(_context.Timings.Reorder);
        }
    }

    /// <summary>The session has ended.</summary>
    public void Stop() => _reorderTimer.Stop();

    private void OnUnknownChannel(byte channel, ReadOnlySpan<byte> payload)
    {
        if (_channels.IsTalk(channel))
        {
            return;
        }

        if (!TryAdopt(channel, payload))
        {
            _tracks.Unused.CountChannel(channel);
        }
    }

    /// <summary>RFC 5761 section 4: the types of RTCP are 192 to 223, where no RTP packet has its second byte.</summary>
    private static bool MayBeReport(ReadOnlySpan<byte> payload) => payload.Length >= 2 && payload[1] is >= 192 and <= 223;

    /// <summary>False: the packet says of no track that it is its own.</summary>
    private bool TryAdopt(byte channel, ReadOnlySpan<byte> payload)
    {
        if (_channels.Adopt(channel, payload, _tracks) is not { } track)
        {
            return false;
        }

        track.OnOrderedRtp(payload, _context.NowMicros);
        return true;
    }

    private void OnReorderDue()
    {
        long limitMicros = (long)_context.Timings.Reorder.TotalMicroseconds;
        bool waiting = false;
        foreach (BackendTrack track in _tracks)
        {
            waiting |= track.OnReorderTick(_context.NowMicros, limitMicros);
        }

        OnBatchEnd();
        if (waiting)
        {
            _reorderTimer.Start(_context.Timings.Reorder / FurtherLooks);
        }
    }
}
