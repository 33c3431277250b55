using System.Security.Cryptography;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>What keeps a session alive, and what tells that it is not: keep-alive requests, receiver reports, silence.</summary>
internal sealed partial class BackEndSession
{
    /// <summary>A session without media traffic is asked for at least so often.</summary>
    private static readonly TimeSpan s_keepAliveMax = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_keepAliveMin = TimeSpan.FromSeconds(1);

    /// <summary>Media within so long counts as flowing.</summary>
    private const long FlowingMicros = 2_000_000;

    private readonly ShardTimer _keepAliveTimer;
    private readonly ShardTimer _reportTimer;
    private readonly ShardTimer _silenceTimer;
    private readonly KeepAliveMethods _keepAlive = new();
    private readonly uint _ownSsrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private long _lastRequestMicros;
    private long _playSinceMicros;

    /// <summary>Our canonical name towards cameras: the same for all tracks of this process, and it names nobody (RFC 3550 section 6.5.1).</summary>
    public static string CanonicalName { get; } = "frp-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(6));

    /// <summary>Half the session's time-out, as LIVE555 does; between one second and thirty.</summary>
    private TimeSpan KeepAliveInterval
    {
        get
        {
            TimeSpan half = _id.Timeout / 2;
            return half > s_keepAliveMax ? s_keepAliveMax : half < s_keepAliveMin ? s_keepAliveMin : half;
        }
    }

    private bool MediaFlows
    {
        get
        {
            foreach (BackEndTrack track in _tracks)
            {
                if (track.Packets > 0 && _shard.NowMicros - track.LastRtpMicros < FlowingMicros)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void ScheduleKeepAlive()
    {
        if (!Ended)
        {
            _keepAliveTimer.Start(KeepAliveInterval);
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
        else if (_options.Timings.DeadStream > TimeSpan.Zero)
        {
            _silenceTimer.Start(_options.Timings.DeadStream);
        }
    }

    private void StopTimers()
    {
        _keepAliveTimer.Stop();
        _reportTimer.Stop();
        _silenceTimer.Stop();
        _reorderTimer.Stop();
        _watch.Stop();
    }

    private async void OnKeepAliveDue()
    {
        // Any request restarts the camera's clock, so one sent meanwhile puts this one off.
        TimeSpan since = TimeSpan.FromMicroseconds(_shard.NowMicros - _lastRequestMicros);
        TimeSpan rest = KeepAliveInterval - since;
        if (rest > TimeSpan.FromMilliseconds(20))
        {
            _keepAliveTimer.Start(rest);
            return;
        }

        if (Ended || State is not (BackEndState.Described or BackEndState.SetUp or BackEndState.Playing or BackEndState.Paused) || _keepAlive.Current is not { } method)
        {
            return;
        }

        RtspReply reply = await AskAsync(method, State == BackEndState.Described ? _base : _aggregate, _options.Timings.Answer);
        if (Ended)
        {
            return;
        }

        await OnKeepAliveReplyAsync(method, reply);
        ScheduleKeepAlive();
    }

    private async Task OnKeepAliveReplyAsync(string method, RtspReply reply)
    {
        if (reply.IsOk)
        {
            NotePublic(reply);
            return;
        }

        if (!reply.HasAnswer)
        {
            // Quirk: some cameras never answer a keep-alive (GSL client.go); while media flows, or DESCRIBE is answered, only the method is given up.
            if (reply.Failure.Kind == BackEndFailureKind.NoAnswer && (MediaFlows || await AnswersDescribeAsync()))
            {
                RefuseKeepAlive(method, 0);
            }
            else if (!Ended)
            {
                Lose(reply.Failure);
            }
        }
        else if (KeepAliveMethods.EndsSession(method, reply.Status, MediaFlows))
        {
            Lose(BackEndFailureKind.KeepAliveRefused, $"the keep-alive {method} was answered {reply.Status} {reply.Message.Reason}".TrimEnd());
        }
        else
        {
            // Quirk: 401 to OPTIONS whatever the credentials (GSL client.go) is like any refusal; a changed password is met by the next DESCRIBE.
            RefuseKeepAlive(method, reply.Status);
        }
    }

    /// <summary>Tells a camera that is dead from one that only does not know the method, where no media tells it.</summary>
    private async Task<bool> AnswersDescribeAsync() =>
        !Ended && State != BackEndState.Playing
        && (await AskAsync(RtspMethod.Describe, _url.RequestUri, _options.Timings.Answer, new RtspHeader("Accept", "application/sdp"))).HasAnswer;

    private void RefuseKeepAlive(string method, int status)
    {
        _keepAlive.Refuse(method);
        string outcome = KeepAliveMethods.Outcome(status);
        string next = _keepAlive.Current is { } other ? other + " is used from now on" : "RTCP alone has to do from now on";
        BackEndLog.KeepAliveChanged(_log, _options.StreamName, method, outcome, next);
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
        if (Ended || State is not (BackEndState.Playing or BackEndState.Pausing or BackEndState.Paused))
        {
            return;
        }

        Span<byte> frame = stackalloc byte[256];
        foreach (BackEndTrack track in _tracks)
        {
            if (!IsThere(track))
            {
                continue;
            }

            int length = track.WriteReceiverReport(frame[4..], _ownSsrc + (uint)track.Index, CanonicalName, _shard.NowMicros);
            if (track.RtcpSocket is { } socket)
            {
                if (!socket.Peer.IsEmpty)
                {
                    _ = socket.Send(frame.Slice(4, length), socket.Peer);
                }
            }
            else if (track.Channels is { } channels)
            {
                frame[0] = (byte)'$';
                frame[1] = channels.Rtcp;
                frame[2] = (byte)(length >> 8);
                frame[3] = (byte)length;
                _channel?.SendFrame(frame[..(4 + length)]);
            }
        }
    }

    private void OnSilenceDue()
    {
        if (Ended || State != BackEndState.Playing)
        {
            return;
        }

        if (!HasMedia)
        {
            WatchFirstMedia();
            return;
        }

        NoteDelivery();
        if (_options.Timings.DeadStream > TimeSpan.Zero)
        {
            WatchDeadStream();
        }
    }

    /// <summary>What came in the place of media, for the message of a failure; empty: nothing.</summary>
    private string WhatCame() => _unused.Words([.. _tracks.SelectMany(static track => track.Media.PayloadTypes).Distinct()]);

    private void WatchDeadStream()
    {
        long last = Math.Max(_playSinceMicros, LastRtpMicros);
        TimeSpan silent = TimeSpan.FromMicroseconds(_shard.NowMicros - last);
        if (silent >= _options.Timings.DeadStream)
        {
            Lose(BackEndFailureKind.Silent, $"no media for {_options.Timings.DeadStream.TotalSeconds:0.#} s{WhatCame()}");
            return;
        }

        _unused.Clear();
        _silenceTimer.Start(_options.Timings.DeadStream - silent);
    }
}
