using System.Buffers.Binary;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Media and RTCP of the camera.</summary>
internal sealed partial class BackendSession
{
    private readonly ShardTimer _reorderTimer;
    private readonly UnusedPackets _unused = new();

    /// <inheritdoc/>
    void IRtspChannelOwner.OnChannelFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        BackendTrack? track = _trackOfChannel[channel];
        if (track?.Channels is not { } channels)
        {
            if (!TryAdoptChannel(channel, payload))
            {
                _unused.CountChannel(channel);
            }

            return;
        }

        if (channel == channels.Rtcp && channel != channels.Rtp)
        {
            OnRtcp(track, payload, isGroup: false);
        }
        else
        {
            track.OnOrderedRtp(payload, _shard.NowMicros);
        }
    }

    /// <inheritdoc/>
    void IRtspChannelOwner.OnChannelBatchEnd() => _sink.OnBatchEnd();

    /// <summary>The end of a receive batch of a UDP socket.</summary>
    public void OnMediaBatchEnd() => _sink.OnBatchEnd();

    /// <summary>RTCP of a track, from a socket or a channel.</summary>
    /// <param name="track">Whose.</param>
    /// <param name="compound">As it came.</param>
    /// <param name="isGroup">It came to a multicast group, whose other receivers send reports too.</param>
    public void OnRtcp(BackendTrack track, ReadOnlySpan<byte> compound, bool isGroup)
    {
        if (!IsOurs(compound) && track.OnRtcp(compound, isGroup, _shard.NowMicros) && State == BackendState.Playing && !AwaitsOtherByes())
        {
            BackendLog.TrackEnded(_log, _options.StreamName, track.Name);
            _watch.OnBye();
        }
    }

    /// <summary>Our own reports, which a group on loopback, a bridge that loops, or a camera that echoes brings back: they are nobody's sign of life.</summary>
    private bool IsOurs(ReadOnlySpan<byte> compound) =>
        compound.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(compound[4..]) - _ownSsrc < (uint)_tracks.Count;

    /// <summary>The tracks of a programme end one after the other: while some still play, the first BYE at its end is not the end of all.</summary>
    private bool AwaitsOtherByes() => IsPlayedOut(_shard.NowMicros) && _tracks.Exists(static other => other is { Packets: > 0, HasEnded: false });

    private bool IsPlayedOut(long untilMicros) => _programme.IsPlayedOut(untilMicros, Played);

    /// <summary>What was played, by the timestamps of the track that got farthest.</summary>
    private TimeSpan Played
    {
        get
        {
            TimeSpan farthest = TimeSpan.Zero;
            foreach (BackendTrack track in _tracks)
            {
                farthest = track.Played > farthest ? track.Played : farthest;
            }

            return farthest;
        }
    }

    /// <summary>The session ends: a range that it went far beyond means nothing to the next one either.</summary>
    private void NoteOverrun()
    {
        if (_programme.OverrunBy(Played) is { } length)
        {
            _options.Overrun.Note(length, _shard.NowMicros);
        }
    }

    /// <summary>A UDP packet waits behind a gap: look again when its time is over, even if nothing else comes.</summary>
    public void OnReorderNeeded()
    {
        if (!_reorderTimer.IsRunning)
        {
            _reorderTimer.Start(_options.Timings.Reorder);
        }
    }

    private void SayLosses()
    {
        foreach (BackendTrack track in _tracks)
        {
            track.Losses.Say(_log, _options.StreamName, track, _shard.NowMicros);
        }
    }

    private void OnReorderDue()
    {
        long limitMicros = (long)_options.Timings.Reorder.TotalMicroseconds;
        bool waiting = false;
        foreach (BackendTrack track in _tracks)
        {
            waiting |= track.OnReorderTick(_shard.NowMicros, limitMicros);
        }

        _sink.OnBatchEnd();
        if (waiting)
        {
            _reorderTimer.Start(_options.Timings.Reorder / 4);
        }
    }

    /// <summary>
    /// Quirk (handled by gortsplib and retina, too): a camera that uses other channel numbers than it answered. RTP whose payload type belongs to exactly one track, which has heard
    /// nothing so far, makes the channel that track's.
    /// </summary>
    private bool TryAdoptChannel(byte channel, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < RtpPacketView.FixedHeaderBytes || payload[0] >> 6 != 2 || channel == byte.MaxValue)
        {
            return false;
        }

        BackendTrack? found = null;
        foreach (BackendTrack track in _tracks)
        {
            if (track.Knows((byte)(payload[1] & 0x7F)))
            {
                if (found is not null)
                {
                    return false;
                }

                found = track;
            }
        }

        if (found is not { HasHeard: false, RtpSocket: null })
        {
            return false;
        }

        found.Channels = new Protocol.Rtsp.ChannelPair(channel, (byte)(channel + 1));
        Assign(channel, found);
        if (_trackOfChannel[channel + 1] is null)
        {
            Assign((byte)(channel + 1), found);
        }

        found.OnOrderedRtp(payload, _shard.NowMicros);
        return true;
    }
}
