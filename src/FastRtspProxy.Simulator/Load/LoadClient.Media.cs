using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>The RTSP connection's bytes: answers and interleaved media, read into the shard's scratch and taken from there; and reports out.</summary>
internal sealed partial class LoadClient
{
    private const int SlowBytes = 64 * 1024;

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        if (!_isConnected)
        {
            OnConnected();
        }
        else
        {
            ReadStream(Shard.ScratchBytes);
        }
    }

    private void ReadStream(int limitBytes)
    {
        byte[] scratch = Shard.Scratch;
        int begun = _pieceBytes;
        if (begun > 0)
        {
            _piece.AsSpan(0, begun).CopyTo(scratch);
        }

        int room = Math.Min(limitBytes, scratch.Length - begun);
        int count = RawSocket.Receive(_fd, scratch.AsSpan(begun, room));
        if (count <= 0)
        {
            if (count is not (-LinuxConstants.ErrorAgain or -LinuxConstants.ErrorInterrupted))
            {
                OnStreamEnd(-count);
            }

            return;
        }

        DropPiece();
        Shard.RefreshNow();
        TakeBytes(scratch.AsSpan(0, begun + count), UnixClock.NowMicros());
    }

    private void TakeBytes(ReadOnlySpan<byte> bytes, long nowUnixMicros)
    {
        long now = Shard.NowMicros;
        while (bytes.Length > 0 && State < ClientState.Done)
        {
            int consumed;
            ParseStatus status;
            if (bytes[0] == InterleavedFrame.Magic)
            {
                status = InterleavedFrame.TryParse(bytes, out InterleavedFrame frame, out consumed);
                if (status == ParseStatus.Complete)
                {
                    TakeFrame(frame, now, nowUnixMicros);
                }
            }
            else
            {
                status = RtspMessageParser.TryParse(bytes, _home.Message, s_limits, out consumed, out RtspDefect defect);
                if (status == ParseStatus.Complete)
                {
                    OnMessage(_home.Message);
                }
                else if (status == ParseStatus.Malformed)
                {
                    Fail("the server sends what is neither an answer nor a frame (" + defect + ")");
                    return;
                }
            }

            if (status == ParseStatus.NeedMore)
            {
                KeepPiece(bytes);
                return;
            }

            bytes = bytes[consumed..];
        }
    }

    private void TakeFrame(in InterleavedFrame frame, long nowMicros, long nowUnixMicros)
    {
        foreach (TrackLeg leg in _legs)
        {
            if (leg.RtpChannel == frame.Channel)
            {
                leg.Receiver.TakeRtp(frame.Payload, nowMicros, nowUnixMicros);
                return;
            }

            if (leg.RtcpChannel == frame.Channel)
            {
                leg.Receiver.TakeRtcp(frame.Payload, nowMicros);
                return;
            }
        }

        Bucket.Counters.Foreign++;
    }

    private void KeepPiece(ReadOnlySpan<byte> bytes)
    {
        _piece = _home.RentPiece(bytes.Length);
        bytes.CopyTo(_piece);
        _pieceBytes = bytes.Length;
    }

    private void DropPiece()
    {
        if (_piece is not null)
        {
            _home.ReturnPiece(_piece);
            _piece = null;
            _pieceBytes = 0;
        }
    }

    private void OnStreamEnd(int errno)
    {
        if (State == ClientState.Leaving)
        {
            Close(ClientState.Done);
            return;
        }

        string when = State is ClientState.Playing or ClientState.Waiting ? "while playing" : "during " + (_awaiting ?? "the negotiation");
        Fail(errno == 0 ? "closed by the server " + when : ErrorWords.Of(errno) + " " + when);
    }

    /// <summary>A slow client's share of this second.</summary>
    private void ReadSlowly()
    {
        if (_transport != ClientTransport.Udp)
        {
            ReadStream(SlowBytes);
            return;
        }

        foreach (TrackLeg leg in _legs)
        {
            leg.Rtp?.ReadNow();
            leg.Rtcp?.ReadNow();
        }
    }

    private void Report(long nowMicros)
    {
        Span<byte> buffer = stackalloc byte[128];
        foreach (TrackLeg leg in _legs)
        {
            int bytes = leg.Receiver.WriteReceiverReport(buffer[InterleavedFrame.HeaderBytes..], _ssrc, nowMicros);
            if (_transport == ClientTransport.Udp)
            {
                if (leg.ReportsTo is { } to && leg.Rtcp is { Fd: >= 0 } rtcp)
                {
                    _ = RawSocket.SendTo(rtcp.Fd, buffer.Slice(InterleavedFrame.HeaderBytes, bytes), to);
                }

                continue;
            }

            buffer[0] = InterleavedFrame.Magic;
            buffer[1] = leg.RtcpChannel;
            buffer[2] = (byte)(bytes >> 8);
            buffer[3] = (byte)bytes;
            ReadOnlySpan<byte> frame = buffer[..(InterleavedFrame.HeaderBytes + bytes)];
            bool sent = Send(frame) is var taken && (taken == frame.Length || taken == -LinuxConstants.ErrorAgain);
            if (!sent)
            {
                Fail("closed by the server while playing");
                return;
            }
        }
    }
}
