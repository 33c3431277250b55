using System.Buffers.Binary;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Makes requests, and `$` frames between them, of the bytes of a client. A request's head goes into the message that it was given; bodies, and
/// frames that nobody wants, are looked at as they come and not kept. On the connection's shard.
/// </summary>
internal sealed class RequestReader(PeerInput input, RtspMessage message, SessionCarrier carrier, FrontendCounters counters)
{
    /// <summary>What is to come of a frame that nobody wants; 0 between frames.</summary>
    private int _skipBytes;

    /// <summary>What is to come of the body of the request in the message; 0 between requests, and while a head is not whole.</summary>
    private int _bodyLeftBytes;

    /// <summary>
    /// Bytes of frames on channels that nobody set up, while there was no session. A player that goes on with its reports after its session has ended
    /// sends 60 bytes in five seconds.
    /// </summary>
    private long _strayBytes;

    /// <summary>Where the bytes come from: the socket, or the tunnel that the connection is the GET of.</summary>
    public PeerInput Input { get; set; } = input;

    /// <summary>True where what came ends in the middle of something, which line ends behind a request are not.</summary>
    public bool EndsWithPart => Input.Unread.ContainsAnyExcept((byte)'\r', (byte)'\n') || _bodyLeftBytes > 0;

    /// <summary>More stray frames than any player sends, and there is still no session.</summary>
    public bool IsStraying => _strayBytes > FrontendLimits.StrayBytesMax && carrier.Count == 0;

    /// <summary>
    /// Consumes frames, as many as the turn allows, and one message at most. Bodies are looked at as they come and not kept: all that is asked of one
    /// is whether it is blank. But where a viewer has a recorder, which may know the parameters that it asks for.
    /// </summary>
    public ParseStatus Take(out RtspDefect defect)
    {
        defect = RtspDefect.None;
        ReadOnlySpan<byte> unread = Input.Unread;
        int used = 0;
        bool isTurnOver = false;
        ParseStatus status = ParseStatus.NeedMore;
        bool isInBody = _bodyLeftBytes > 0;
        while ((used < unread.Length || isInBody) && !isTurnOver)
        {
            ReadOnlySpan<byte> rest = unread[used..];
            if (isInBody)
            {
                used += TakeBody(rest);
                status = _bodyLeftBytes == 0 ? ParseStatus.Complete : ParseStatus.NeedMore;
                isTurnOver = status == ParseStatus.Complete && !Input.SpendRequest();
                break;
            }

            if (_skipBytes > 0)
            {
                int skipped = Math.Min(_skipBytes, rest.Length);
                _skipBytes -= skipped;
                used += skipped;
            }
            else if (LineEndsBeforeFrame(rest) is > 0 and int lineEnds)
            {
                used += lineEnds;
            }
            else if (rest[0] != InterleavedFrame.Magic)
            {
                status = RtspMessageParser.TryParseHead(rest, message, RtspLimits.Server, out int headBytes, out _bodyLeftBytes, out defect);
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
                isTurnOver = !Input.SpendFrame();
            }
            else
            {
                break;
            }
        }

        Input.Consume(used);
        if (status == ParseStatus.NeedMore && !isTurnOver)
        {
            Input.NeedMore();
        }

        return status;
    }

    /// <summary>
    /// What the client is still sending is read and dropped for a moment before a close: a close with unread bytes is a reset, which may overtake the
    /// answer.
    /// </summary>
    public Task LingerAsync() => LingerAsync(Input);

    /// <inheritdoc cref="LingerAsync()"/>
    public static Task LingerAsync(PeerInput input) => Task.WhenAny(DrainAsync(input), Task.Delay(FrontendLimits.RefusalLinger));

    /// <summary>
    /// Quirk (clients that send a line end too many behind a request, or line ends as keep-alives; RFC 2068 section 4.1): how many stand in front of
    /// a frame. Those in front of a request the parser passes over.
    /// </summary>
    private static int LineEndsBeforeFrame(ReadOnlySpan<byte> rest)
    {
        int count = rest.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        return count > 0 && rest[count] == InterleavedFrame.Magic ? count : 0;
    }

    private int TakeBody(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> piece = rest[..Math.Min(_bodyLeftBytes, rest.Length)];
        if (carrier.KeepsBodies)
        {
            message.KeepBody(piece, FrontendLimits.ParameterBytesMax);
        }
        else
        {
            message.PassBody(piece);
        }

        _bodyLeftBytes -= piece.Length;
        return piece.Length;
    }

    /// <summary>
    /// Takes a frame. One on a channel that nobody set up, or too large for the reports that players send, is dropped as it comes, not kept until it
    /// is whole.
    /// </summary>
    private bool TryTakeFrame(ReadOnlySpan<byte> unread, out int consumed)
    {
        consumed = 0;
        if (unread.Length < InterleavedFrame.HeaderBytes)
        {
            return false;
        }

        int payloadBytes = BinaryPrimitives.ReadUInt16BigEndian(unread[2..]);
        SessionTrack? track = carrier.Channels.TrackOf(unread[1]);
        if (track is null || payloadBytes > FrontendLimits.FrameBytesMax)
        {
            consumed = InterleavedFrame.HeaderBytes;
            _skipBytes = payloadBytes;
            counters.OnStrayFrame();
            _strayBytes += carrier.Count == 0 ? InterleavedFrame.HeaderBytes + payloadBytes : 0;
            return true;
        }

        if (InterleavedFrame.TryParse(unread, out InterleavedFrame frame, out consumed) != ParseStatus.Complete)
        {
            return false;
        }

        // RTP towards us means something on a back channel only, but it is a sign of life as every byte is.
        if (frame.Channel == track.RtcpChannel)
        {
            OnRtcp(track, frame.Payload);
        }
        else
        {
            track.Talker?.OnRtp(frame.Payload);
        }

        return true;
    }

    private void OnRtcp(SessionTrack track, ReadOnlySpan<byte> payload)
    {
        if (ClientRtcp.TryRead(payload, track.Session))
        {
            counters.OnRtcp();
            track.Session.Replay?.OnViewerRtcp(track, payload);
        }
        else
        {
            counters.OnRtcpMalformed();
        }
    }

    private static async Task DrainAsync(PeerInput input)
    {
        long dropped = 0;
        while (dropped < FrontendLimits.RefusalDrainBytesMax && await input.WaitAsync())
        {
            dropped += input.Unread.Length;
            input.Consume(input.Unread.Length);
        }
    }
}
