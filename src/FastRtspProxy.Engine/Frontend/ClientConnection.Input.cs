using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What comes in: requests, and `$` frames between them.</summary>
internal sealed partial class ClientConnection
{
    private PipeReader _input;
    private SessionTrack?[]? _channels;
    private TurnBudget _turn; // mutable struct: not readonly

    /// <summary>What is left of a frame that nobody wants: dropped as it comes, so that nothing of it is kept.</summary>
    private int _skipBytes;

    /// <summary>Bytes in a row of frames on channels that nobody set up, without a session or a request between them.</summary>
    private long _strayBytes;
    private ConnectionEnd _readEnd;
    private long _lastHeardMicros;
    private long _halfSinceMicros = long.MaxValue;
    private long _stuckSinceMicros = long.MaxValue;
    private long _stuckAtBytes;

    /// <summary>Half a request, silence without a session, or answers that nobody takes, for too long. Asked about once a second.</summary>
    public bool IsOverdue(long nowMicros)
    {
        if (!_stream.IsParked || _stream.BytesAccepted != _stuckAtBytes)
        {
            _stuckAtBytes = _stream.BytesAccepted;
            _stuckSinceMicros = nowMicros;
        }

        return IsLater(nowMicros, _halfSinceMicros, FrontEndLimits.HalfRequest)
            || (PeerEnded.IsCompleted && IsLater(nowMicros, _inHandSinceMicros, FrontEndLimits.EndedPeer))
            || (_sessions.Count == 0 && _postOf is null && IsLater(nowMicros, _lastHeardMicros, IdleLimit))
            || IsLater(nowMicros, _stuckSinceMicros, _frontEnd.Options.SlowTimeout);
    }

    private TimeSpan IdleLimit => _tunnel is { IsPaired: false } ? FrontEndLimits.TunnelPairing : FrontEndLimits.IdleConnection;

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
            ReadResult read = await _input.ReadAsync();
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (!buffer.IsEmpty)
            {
                OnHeard();
            }

            ParseStatus status = Take(ref buffer, out RtspDefect defect, out bool isTurnOver);
            _input.AdvanceTo(buffer.Start, status == ParseStatus.NeedMore && !isTurnOver ? read.Buffer.End : buffer.Start);
            NoteInput(buffer.Length);
            if (isTurnOver)
            {
                await _home.Shard.NextTurn();
                if (_end == ConnectionEnd.None)
                {
                    continue;
                }
            }

            if (status == ParseStatus.Complete)
            {
                _halfSinceMicros = long.MaxValue;
                if (_message.IsRequest)
                {
                    _strayBytes = 0;
                    return true;
                }

                continue; // an answer to a question that we did not ask
            }

            if (_sessions.Count == 0 && _strayBytes > FrontEndLimits.StrayBytes)
            {
                _end = _end == ConnectionEnd.None ? ConnectionEnd.StrayFrames : _end;
                _readEnd = _end;
                return false;
            }

            if (status == ParseStatus.Malformed)
            {
                _frontEnd.Counters.OnMalformed();
                int code = defect is RtspDefect.BodyTooLong ? RtspStatus.RequestEntityTooLarge : RtspStatus.BadRequest;
                await RefuseAndCloseAsync(code, ConnectionEnd.Malformed, drain: true);
                _readEnd = ConnectionEnd.Malformed;
                return false;
            }

            if (read.IsCompleted || read.IsCanceled || _end != ConnectionEnd.None)
            {
                _readEnd = _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
                return false;
            }

            _halfSinceMicros = buffer.IsEmpty ? long.MaxValue : Math.Min(_halfSinceMicros, _home.Shard.NowMicros);
        }
    }

    /// <summary>The input that is not consumed counts against the budget of the tunnel that it came out of, or of the connection.</summary>
    private void NoteInput(long bytes)
    {
        if (_tunnel is { } tunnel)
        {
            tunnel.Held?.Set((int)bytes);
        }
        else
        {
            _stream.NoteInput(bytes);
        }
    }

    /// <summary>Consumes frames, and one message at most; as many as this turn allows.</summary>
    private ParseStatus Take(ref ReadOnlySequence<byte> buffer, out RtspDefect defect, out bool isTurnOver)
    {
        defect = RtspDefect.None;
        isTurnOver = false;
        while (!buffer.IsEmpty)
        {
            if (_skipBytes > 0)
            {
                int skipped = (int)Math.Min(_skipBytes, buffer.Length);
                _skipBytes -= skipped;
                buffer = buffer.Slice(skipped);
                continue;
            }

            if (buffer.FirstSpan.Length > 0 && buffer.FirstSpan[0] != InterleavedFrame.Magic)
            {
                ParseStatus status = RtspMessageParser.TryParse(ref buffer, _message, RtspLimits.Server, out defect);
                isTurnOver = status == ParseStatus.Complete && !_message.IsRequest && !_turn.SpendRequest(_home.Shard);
                return status;
            }

            if (!TakeFrame(ref buffer))
            {
                return ParseStatus.NeedMore;
            }

            if (!_turn.SpendFrame(_home.Shard))
            {
                isTurnOver = true;
                return ParseStatus.NeedMore;
            }
        }

        return ParseStatus.NeedMore;
    }

    private bool TakeFrame(ref ReadOnlySequence<byte> buffer)
    {
        if (IsUnwanted(buffer, out int frameBytes))
        {
            _frontEnd.Counters.OnStrayFrame();
            _strayBytes += frameBytes;
            _skipBytes = frameBytes;
            return true;
        }

        byte[]? scratch = buffer.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent(FrontEndLimits.FrameBytes);
        try
        {
            if (InterleavedFrame.TryParse(ref buffer, scratch, out InterleavedFrame frame) != ParseStatus.Complete)
            {
                return false;
            }

            OnFrame(frame.Channel, frame.Payload);
            return true;
        }
        finally
        {
            if (scratch is not null)
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }
        }
    }

    /// <summary>A frame on a channel that nobody set up, or one too large for the reports that players send: it is dropped as it comes, not kept until it is whole.</summary>
    private bool IsUnwanted(in ReadOnlySequence<byte> buffer, out int frameBytes)
    {
        frameBytes = 0;
        Span<byte> head = stackalloc byte[InterleavedFrame.HeaderBytes];
        if (buffer.Length < head.Length)
        {
            return false;
        }

        buffer.Slice(0, head.Length).CopyTo(head);
        int payloadBytes = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        frameBytes = head.Length + payloadBytes;
        return _channels?[head[1]] is null || payloadBytes > FrontEndLimits.FrameBytes;
    }

    private void OnFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        // RTP towards us has no meaning here, but it is a sign of life as every byte is.
        if (_channels?[channel] is not SessionTrack track || channel != track.RtcpChannel)
        {
            return;
        }

        if (ClientRtcp.TryRead(payload, track.Session))
        {
            _frontEnd.Counters.OnRtcp();
        }
        else
        {
            _frontEnd.Counters.OnRtcpMalformed();
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
        _frontEnd.Counters.OnRequest();
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
        await WriteAsync(_frontEnd.Requests.Refuse(refusal, status), null);
        if (drain)
        {
            await LingerAsync();
        }

        _stream.Close();
    }

    /// <summary>
    /// What the client is still sending is read and dropped for a moment before a close: a close with unread bytes is a reset, which may overtake the answer.
    /// </summary>
    private async Task LingerAsync() => await Task.WhenAny(DrainAsync(), Task.Delay(FrontEndLimits.RefusalLinger));

    private async Task DrainAsync()
    {
        long dropped = 0;
        while (dropped < FrontEndLimits.RefusalDrainBytes)
        {
            ReadResult read = await _input.ReadAsync();
            dropped += read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            NoteInput(0);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
