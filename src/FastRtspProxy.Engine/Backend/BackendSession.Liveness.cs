using System.Security.Cryptography;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>What keeps a session alive, and what tells that it is not: receiver reports, silence.</summary>
internal sealed partial class BackendSession
{
    /// <summary>Media within so long counts as flowing.</summary>
    private const long FlowingMicros = 2_000_000;

    private readonly ShardTimer _reportTimer;
    private readonly ShardTimer _silenceTimer;
    private readonly uint _ownSsrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private long _playSinceMicros;

    /// <summary>Our canonical name towards cameras: the same for all tracks of this process, and it names nobody (RFC 3550 section 6.5.1).</summary>
    public static string CanonicalName { get; } = "frp-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(6));

    private bool MediaFlows
    {
        get
        {
            foreach (BackendTrack track in _tracks)
            {
                if (track.Packets > 0 && _shard.NowMicros - track.LastRtpMicros < FlowingMicros)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void StartLiveness()
    {
        _playSinceMicros = _shard.NowMicros;
        _firstPlayMicros = HasMedia ? _firstPlayMicros : _playSinceMicros;
        _programme.OnPlay(_playSinceMicros);
        ScheduleKeepAlive();
        SendReports();
        ScheduleReports();
        StartSilenceWatch();
        _watch.Start();
    }

    private void StartSilenceWatch()
    {
        if (!HasMedia)
        {
            WatchFirstMedia();
        }
        else if (SilenceLimit > TimeSpan.Zero)
        {
            _silenceTimer.Start(SilenceLimit);
        }
    }

    /// <summary>Silence of so long is the end of the session, or without `-D` of a programme that was played; zero: none is.</summary>
    private TimeSpan SilenceLimit =>
        _options.Timings.DeadStream > TimeSpan.Zero ? _options.Timings.DeadStream : _programme.HasEnd ? ProgrammeWatch.SilenceAtTheEnd : TimeSpan.Zero;

    private void StopTimers()
    {
        _keepAliveTimer.Stop();
        _reportTimer.Stop();
        _silenceTimer.Stop();
        _reorderTimer.Stop();
        _watch.Stop();
    }

    private void OnReportDue()
    {
        SendReports();
        SayLosses();
        ScheduleReports();
    }

    /// <summary>RFC 3550 section 6.3.1: randomised, here between 0.6 and 1 of the longest distance.</summary>
    private void ScheduleReports()
    {
        if (!Ended)
        {
            _reportTimer.Start(_options.Timings.ReceiverReport * (0.6 + (0.4 * Random.Shared.NextDouble())));
        }
    }

    private void SendReports()
    {
        if (Ended || State is not (BackendState.Playing or BackendState.Pausing or BackendState.Paused))
        {
            return;
        }

        Span<byte> frame = stackalloc byte[256];
        foreach (BackendTrack track in _tracks)
        {
            if (!IsThere(track))
            {
                continue;
            }

            int length = track.WriteReceiverReport(frame[InterleavedFrame.HeaderBytes..], _ownSsrc + (uint)track.Index, CanonicalName, _shard.NowMicros);
            if (track.RtcpSocket is { } socket)
            {
                if (!socket.Peer.IsEmpty)
                {
                    _ = socket.Send(frame.Slice(InterleavedFrame.HeaderBytes, length), socket.Peer);
                }
            }
            else if (track.Channels is { } channels)
            {
                InterleavedFrame.Write(frame, channels.Rtcp, length);
                _channel?.SendFrame(frame[..(InterleavedFrame.HeaderBytes + length)]);
            }
        }
    }

    private void OnSilenceDue()
    {
        if (Ended || State != BackendState.Playing)
        {
            return;
        }

        if (!HasMedia)
        {
            WatchFirstMedia();
            return;
        }

        NoteDelivery();
        if (SilenceLimit > TimeSpan.Zero)
        {
            WatchDeadStream(SilenceLimit);
        }
    }

    /// <summary>What came in the place of media, and from whom it was not taken, for the message of a failure; empty: nothing.</summary>
    private string WhatCame() => _unused.Words([.. _tracks.SelectMany(static track => track.Media.PayloadTypes).Distinct()]) + RefusedSenders();

    /// <summary>Media comes: what came beside it explains no silence. But sound does not explain away what came in the place of the pictures.</summary>
    private void ForgetUnused()
    {
        bool hasVideo = false;
        bool picturesFlow = false;
        foreach (BackendTrack track in _tracks)
        {
            hasVideo |= track is { IsVideo: true, Absence: null };
            picturesFlow |= track is { IsVideo: true, Packets: > 0 } && _shard.NowMicros - track.LastRtpMicros < FlowingMicros;
        }

        if (picturesFlow || !hasVideo)
        {
            _unused.Clear();
            foreach (BackendTrack track in _tracks)
            {
                track.RtpSocket?.Peers?.ForgetRefused();
            }
        }
    }

    private void WatchDeadStream(TimeSpan limit)
    {
        long last = Math.Max(_playSinceMicros, LastRtpMicros);
        TimeSpan silent = TimeSpan.FromMicroseconds(_shard.NowMicros - last);
        if (silent < limit)
        {
            ForgetUnused();
            _silenceTimer.Start(limit - silent);
        }
        else if (_options.Timings.DeadStream > TimeSpan.Zero || IsPlayedOut(LastRtpMicros))
        {
            Lose(BackendFailureKind.Silent, $"no media for {limit.TotalSeconds:0.#} s{WhatCame()}");
        }
        else
        {
            _silenceTimer.Start(limit);
        }
    }
}
