using System.Buffers.Binary;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What comes in: requests, and `$` frames between them.</summary>
internal sealed partial class ClientConnection
{
    private PeerInput _input;
    private SessionTrack?[]? _channels;

    /// <summary>What is left of a frame that nobody wants.</summary>
    private int _skipBytes;

    // What is to come of the body of the request in _message.
    private int _bodyLeftBytes;

    /// <summary>
    /// Bytes of frames on channels that nobody set up, while there was no session. A player that goes on with its reports after its session has ended sends 60 bytes in five seconds.
    /// </summary>
    private long _strayBytes;
    private ConnectionEnd _readEnd;
    private long _lastHeardMicros;
    private long _halfSinceMicros = long.MaxValue;
    private StuckWatch _stuck; // mutable struct: not readonly

    /// <summary>
    /// Half a request, silence without a session that was played, or answers that nobody takes, for too long. Asked about once a second. A line that is down is not a client that takes nothing: after
    /// 15 s without one, TCP tries again when 25 s are over, and until then TCP_USER_TIMEOUT decides (<see cref="FrontendLimits.UserTimeoutFor"/>).
    /// </summary>
    public bool IsOverdue(long nowMicros)
    {
        bool isStuck = _stuck.IsStuck(nowMicros, _stream.IsParked, _stream.BytesAccepted, _frontend.Options.SlowTimeout);
        if (isStuck && _stream.IsLineDown)
        {
            _stuck.OnLineDown(nowMicros);
            isStuck = false;
        }

        return IsLater(nowMicros, _halfSinceMicros, FrontendLimits.HalfRequest)
            || (PeerEnded.IsCompleted && IsLater(nowMicros, _inHandSinceMicros, FrontendLimits.EndedPeer))
            || (!IsUsed && _postOf is null && IsLater(nowMicros, _lastHeardMicros, IdleLimit))
            || isStuck;
    }

    private TimeSpan IdleLimit => _tunnel is { IsPaired: false } ? FrontendLimits.TunnelPairing : FrontendLimits.IdleConnection;

    /// <summary>Ends an overdue connection, with a word where one can still be said.</summary>
    public void OnOverdue()
    {
        if (_inHandSinceMicros != long.MaxValue && PeerEnded.IsCompleted)
        {
            Close(ConnectionEnd.PeerClosed);
        }
        else if (_stream.IsParked)
        {
            Close(ConnectionEnd.NotReading);
        }
        else if (_halfSinceMicros != long.MaxValue)
        {
            _ = RefuseAndCloseAsync(RtspStatus.RequestTimeout, ConnectionEnd.HalfRequest, drain: false);
        }
        else
        {
            Close(ConnectionEnd.Idle);
        }
    }

    /// <summary>The channels that a track may use: those it asked for when they are free, else the next free pair; null when there is none.</summary>
    public ChannelPair? FreeChannels(ChannelPair? wanted, SessionTrack? replaced)
    {
        _channels ??= new SessionTrack?[256];
        if (wanted is { } pair && pair.Rtp != pair.Rtcp && pair.Rtp != TcpViewer.NoChannel && pair.Rtcp != TcpViewer.NoChannel && IsFree(pair.Rtp, replaced) && IsFree(pair.Rtcp, replaced))
        {
            return pair;
        }

        for (int channel = 0; channel < TcpViewer.NoChannel - 1; channel += 2)
        {
            if (IsFree((byte)channel, replaced) && IsFree((byte)(channel + 1), replaced))
            {
                return new ChannelPair((byte)channel, (byte)(channel + 1));
            }
        }

        return null;
    }

    /// <summary>From now on frames of the track's channels are its own.</summary>
    public void Bind(SessionTrack track)
    {
        _channels ??= new SessionTrack?[256];
        _channels[track.RtpChannel] = track;
        _channels[track.RtcpChannel] = track;
    }

    public void Unbind(SessionTrack track)
    {
        if (_channels is null)
        {
            return;
        }

        if (_channels[track.RtpChannel] == track)
        {
            _channels[track.RtpChannel] = null;
        }

        if (_channels[track.RtcpChannel] == track)
        {
            _channels[track.RtcpChannel] = null;
        }
    }

    private bool IsFree(byte channel, SessionTrack? replaced) => _channels![channel] is null || _channels[channel] == replaced;

    private static bool IsLater(long nowMicros, long sinceMicros, TimeSpan limit) =>
        sinceMicros != long.MaxValue && nowMicros - sinceMicros > (long)limit.TotalMicroseconds;

    /// <summary>Reads up to the next whole request into <c>_message</c>; false: the input is over, <c>_readEnd</c> says why.</summary>
    private async ValueTask<bool> ReadRequestAsync()
    {
        while (true)
        {
            bool isMore = await _input.WaitAsync();
            if (!isMore || _end != ConnectionEnd.None)
            {
                _readEnd = _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
                return false;
            }

            OnHeard();
            switch (Take(out RtspDefect defect))
            {
                case ParseStatus.Complete when _message.IsRequest:
                    _halfSinceMicros = long.MaxValue;
                    return true;
                case ParseStatus.Complete:
                    _halfSinceMicros = long.MaxValue; // an answer to a question that we did not ask
                    continue;
                case ParseStatus.Malformed:
                    _frontend.Counters.OnMalformed();
                    int code = defect is RtspDefect.BodyTooLong ? RtspStatus.RequestEntityTooLarge : RtspStatus.BadRequest;
                    await RefuseAndCloseAsync(code, ConnectionEnd.Malformed, drain: true);
                    _readEnd = ConnectionEnd.Malformed;
                    return false;
            }

            if (_strayBytes > FrontendLimits.StrayBytes && _sessions.Count == 0)
            {
                _readEnd = ConnectionEnd.StrayFrames;
                return false;
            }

            _halfSinceMicros = _input.Unread.IsEmpty && _bodyLeftBytes == 0 ? long.MaxValue : Math.Min(_halfSinceMicros, _home.Shard.NowMicros);
        }
    }

    /// <summary>
    /// Consumes frames, as many as the turn allows, and one message at most. Bodies are looked at as they come and not kept: all that is asked of one is whether it is blank.
    /// </summary>
    private ParseStatus Take(out RtspDefect defect)
    {
        defect = RtspDefect.None;
        ReadOnlySpan<byte> unread = _input.Unread;
        int used = 0;
        bool isTurnOver = false;
        ParseStatus status = ParseStatus.NeedMore;
        bool isInBody = _bodyLeftBytes > 0;
        while ((used < unread.Length || isInBody) && !isTurnOver)
        {
            ReadOnlySpan<byte> rest = unread[used..];
            if (isInBody)
            {
                ReadOnlySpan<byte> piece = rest[..Math.Min(_bodyLeftBytes, rest.Length)];
                _message.PassBody(piece);
                _bodyLeftBytes -= piece.Length;
                used += piece.Length;
                status = _bodyLeftBytes == 0 ? ParseStatus.Complete : ParseStatus.NeedMore;
                isTurnOver = status == ParseStatus.Complete && !_input.SpendRequest();
                break;
            }

            if (_skipBytes > 0)
            {
                int skipped = Math.Min(_skipBytes, rest.Length);
                _skipBytes -= skipped;
                used += skipped;
            }
            else if (rest[0] != InterleavedFrame.Magic)
            {
                status = RtspMessageParser.TryParseHead(rest, _message, RtspLimits.Server, out int headBytes, out _bodyLeftBytes, out defect);
                used += headBytes;
                if (status != ParseStatus.Complete)
                {
                    break;
                }

                isInBody = true;
            }
            else if (TryTakeFrame(rest, out int consumed))
            {
                used += consumed;
                isTurnOver = !_input.SpendFrame();
            }
            else
            {
                break;
            }
        }

        _input.Consume(used);
        if (status == ParseStatus.NeedMore && !isTurnOver)
        {
            _input.NeedMore();
        }

        return status;
    }

    /// <summary>
    /// Takes a frame. One on a channel that nobody set up, or too large for the reports that players send, is dropped as it comes, not kept until it is whole.
    /// </summary>
    private bool TryTakeFrame(ReadOnlySpan<byte> unread, out int consumed)
    {
        consumed = 0;
        if (unread.Length < InterleavedFrame.HeaderBytes)
        {
            return false;
        }

        int payloadBytes = BinaryPrimitives.ReadUInt16BigEndian(unread[2..]);
        SessionTrack? track = _channels?[unread[1]];
        if (track is null || payloadBytes > FrontendLimits.FrameBytes)
        {
            consumed = InterleavedFrame.HeaderBytes;
            _skipBytes = payloadBytes;
            _frontend.Counters.OnStrayFrame();
            _strayBytes += _sessions.Count == 0 ? InterleavedFrame.HeaderBytes + payloadBytes : 0;
            return true;
        }

        if (InterleavedFrame.TryParse(unread, out InterleavedFrame frame, out consumed) != ParseStatus.Complete)
        {
            return false;
        }

        // RTP towards us has no meaning here, but it is a sign of life as every byte is.
        if (frame.Channel == track.RtcpChannel)
        {
            OnRtcp(track, frame.Payload);
        }

        return true;
    }

    private void OnRtcp(SessionTrack track, ReadOnlySpan<byte> payload)
    {
        if (ClientRtcp.TryRead(payload, track.Session))
        {
            _frontend.Counters.OnRtcp();
        }
        else
        {
            _frontend.Counters.OnRtcpMalformed();
        }
    }

    /// <summary>Any byte on the connection is a sign of life of what is interleaved in it.</summary>
    private void OnHeard()
    {
        _lastHeardMicros = _home.Shard.NowMicros;
        foreach (Session session in _sessions)
        {
            if (session.IsInterleaved)
            {
                session.Touch();
            }
        }
    }

    /// <summary>Any request, with or without a Session header, is a sign of life of every session of the connection.</summary>
    private void OnRequest()
    {
        _frontend.Counters.OnRequest();
        foreach (Session session in _sessions)
        {
            session.Touch();
        }
    }

    /// <summary>Says no and closes.</summary>
    private async Task RefuseAndCloseAsync(int status, ConnectionEnd cause, bool drain)
    {
        if (_end == ConnectionEnd.None)
        {
            _end = cause;
        }

        RtspResponse refusal = new();
        await WriteAsync(_frontend.Requests.Refuse(refusal, status));
        if (drain)
        {
            await LingerAsync();
        }

        _stream.Close();
    }

    /// <summary>
    /// What the client is still sending is read and dropped for a moment before a close: a close with unread bytes is a reset, which may overtake the answer.
    /// </summary>
    private async Task LingerAsync() => await Task.WhenAny(DrainAsync(), Task.Delay(FrontendLimits.RefusalLinger));

    private async Task DrainAsync()
    {
        long dropped = 0;
        while (dropped < FrontendLimits.RefusalDrainBytes && await _input.WaitAsync())
        {
            dropped += _input.Unread.Length;
            _input.Consume(_input.Unread.Length);
        }
    }
}
