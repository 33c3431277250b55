using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Sends one viewer what its recorder sends, packet by packet, unchanged but for the channel. Over TCP what came in one turn goes out in one send;
/// what the kernel does not take waits here, and the recorder waits with it (<see cref="IReplayLeg.Hold"/>), so no more is held than one buffer and
/// one read. Over UDP a datagram that is not taken is lost, so they go no faster than a line and a player's socket take them. Nowhere they go faster
/// than the limits of egress have it (<see cref="ReplayPace"/>). Nothing is allocated for a packet. On the session's shard.
/// </summary>
internal sealed class ReplayOutput
{
    /// <summary>From so many bytes on they are sent: behind them there is room for the largest frame.</summary>
    private const int FlushBytes = 60 * 1024;
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// Over UDP: as the past of a live stream, nothing faster than a line of 100 Mbit/s takes it, in bursts that have room in a socket of 208 KiB.
    /// </summary>
    private const long LineBitsPerSecond = 80_000_000;

    /// <inheritdoc cref="LineBitsPerSecond"/>
    private const long LineBurstMicros = 6_000;

    /// <summary>What the limit of egress counts in: a key frame of a recording that keeps to it in the mean does not wait.</summary>
    private const long LimitBurstMicros = 1_000_000;

    /// <summary>The recorder waits no shorter than that, where it has to: half a burst.</summary>
    private const long PauseMicrosMin = LineBurstMicros / 2;

    /// <summary>How long the recorder waits when the machine takes no datagrams.</summary>
    private const long RefusedPauseMicros = 5_000;

    private readonly Session _session;
    private readonly IReplayLeg _leg;
    private readonly DeliveryCounters _counters;

    /// <summary>The connection that the media goes out on; null: it goes over UDP, or nothing has gone so far.</summary>
    private ControlStream? _stream;

    /// <summary>Whole frames from <see cref="_start"/> to <see cref="_end"/> that wait to be sent; rented while there are any.</summary>
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>The recorder waits for us; then something waits here, in the connection, or for <see cref="_resume"/>.</summary>
    private bool _isHeld;

    /// <summary>Completed when nothing waits any more, or the output is closed; null: nobody waits for that.</summary>
    private TaskCompletionSource? _drained;

    /// <summary>Runs while the recorder has to wait though nothing waits here; null before the first time.</summary>
    private ShardTimer? _resume;

    /// <summary>Of the line, over UDP. Mutable struct, never copied.</summary>
    private ReplayPace _line;

    /// <summary>Of the limits of egress. Mutable struct, never copied.</summary>
    private ReplayPace _limit;

    /// <summary>Requests that are with the recorder.</summary>
    private int _asking;

    /// <summary>It was said that the limits of egress make the recorder wait. Never false again.</summary>
    private bool _saidPaced;
    private bool _isClosed;

    /// <summary>By track, the datagrams of RTP that went.</summary>
    private readonly long[] _datagrams;
    private long _sentBytes;
    private long _sentPackets;

    public ReplayOutput(Session session, IReplayLeg leg)
    {
        _session = session;
        _leg = leg;
        _datagrams = new long[leg.Description.Tracks.Length];
        _counters = session.Mount.Counters.On(session.Shard.Index);
    }

    /// <summary>RTP bytes, over TCP with what frames them, and packets that went out, or wait to.</summary>
    public (long Bytes, long Packets) Sent => (_sentBytes, _sentPackets);

    /// <summary>By track, what went over UDP, as <see cref="SessionPorts.OnRtpClosed"/> wants to know it.</summary>
    public ReadOnlySpan<long> Datagrams => _datagrams;

    /// <summary>Packets that the machine did not take.</summary>
    public long Dropped { get; private set; }

    /// <summary>One packet of a track.</summary>
    public void Add(SessionTrack track, bool isRtcp, ReadOnlySpan<byte> packet)
    {
        if (_isClosed)
        {
            return;
        }

        if (!track.IsInterleaved)
        {
            SendDatagram(track, isRtcp, packet);
        }
        else if (_stream is not null || TryOpen())
        {
            AddFrame(isRtcp ? track.RtcpChannel : track.RtpChannel, packet);
            Count(isRtcp, InterleavedFrame.HeaderBytes + packet.Length);
            Pace(packet.Length, isDatagram: false);
        }
    }

    /// <summary>
    /// A request is with the recorder: its answer may stand behind much that the viewer wants no more, and limits of egress do not delay that.
    /// </summary>
    public void BeginAsking() => _asking++;

    /// <summary>It was answered, or will not be.</summary>
    public void EndAsking() => _asking--;

    /// <summary>Sends what came in this turn. What is not taken now goes when the connection is writable again.</summary>
    public void Flush()
    {
        if (_end == _start || _stream is not { } stream)
        {
            return;
        }

        if (!stream.IsParked)
        {
            int sent = stream.TrySendMedia(_buffer.AsSpan(_start, _end - _start));
            if (sent < 0)
            {
                Empty(); // its end is under way
                return;
            }

            if (sent < _end - _start)
            {
                ParkFrame(stream, sent);
            }
            else
            {
                _start = _end;
            }
        }

        if (_start < _end || stream.IsParked)
        {
            Hold();
        }

        if (_start == _end)
        {
            Empty();
        }
    }

    /// <summary>Done when all that came so far is on its way, or the output is closed.</summary>
    public Task DrainedAsync()
    {
        if (_isClosed || _start == _end)
        {
            return Task.CompletedTask;
        }

        return (_drained ??= new TaskCompletionSource()).Task;
    }

    /// <summary>What comes may come again, unless something waits here.</summary>
    public void Release()
    {
        if (!_isHeld)
        {
            _leg.Release();
        }
    }

    /// <summary>Nothing goes out any more.</summary>
    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _resume?.Stop();
        Empty();
        if (_stream is { } stream)
        {
            stream.Writable -= OnWritable;
            stream.ChangeUnsentMark(-UnsentMark.UnknownBytes);
        }
    }

    private bool TryOpen()
    {
        if (_session.Carrier is not { Stream: { IsClosed: false } stream })
        {
            return false;
        }

        _stream = stream;
        stream.Writable += OnWritable;
        stream.ChangeUnsentMark(UnsentMark.UnknownBytes);
        return true;
    }

    private void AddFrame(byte channel, ReadOnlySpan<byte> packet)
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            _start = _end = 0;
        }

        int bytes = InterleavedFrame.HeaderBytes + packet.Length;
        if (bytes > _buffer.Length - _end)
        {
            Dropped++; // only where something is given though the recorder was told to wait
            return;
        }

        Span<byte> frame = _buffer.AsSpan(_end, bytes);
        InterleavedFrame.Write(frame, channel, packet.Length);
        packet.CopyTo(frame[InterleavedFrame.HeaderBytes..]);
        _end += frame.Length;
        if (_end >= FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>
    /// The kernel has taken so many bytes and no more: the rest of the frame that they end in, or the next one, waits in the connection, where an
    /// answer can follow it.
    /// </summary>
    private void ParkFrame(ControlStream stream, int sentBytes)
    {
        int sentTo = _start + sentBytes;
        int frameEnd = _start;
        while (frameEnd <= sentTo)
        {
            frameEnd += InterleavedFrame.HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(frameEnd + 2));
        }

        _start = frameEnd;
        stream.ParkRest(_buffer.AsSpan(sentTo, frameEnd - sentTo));
    }

    private void OnWritable()
    {
        if (_isClosed)
        {
            return;
        }

        Flush();
        Resume();
    }

    /// <summary>So much is on its way: where that is more than there may be, the recorder waits.</summary>
    private void Pace(int bytes, bool isDatagram)
    {
        long now = _session.Shard.NowMicros;
        long wait = isDatagram ? _line.Take(bytes, LineBitsPerSecond, LineBurstMicros, now) : 0;
        if (_leg.BitsPerSecondMax is > 0 and long most && _limit.Take(bytes, most, LimitBurstMicros, now) is > 0 and long more && _asking == 0)
        {
            wait = Math.Max(wait, more);
            if (!_saidPaced)
            {
                _saidPaced = true;
                _leg.NotePaced();
            }
        }

        if (wait > 0)
        {
            Pause(Math.Max(wait, PauseMicrosMin));
        }
    }

    private void Pause(long micros)
    {
        Hold();
        _resume ??= _session.Shard.CreateTimer(Resume);
        _resume.StartMicros(micros);
    }

    private void Hold()
    {
        if (!_isHeld)
        {
            _isHeld = true;
            _leg.Hold();
        }
    }

    /// <summary>Nothing waits here any more: an answer may go out.</summary>
    private void Empty()
    {
        _start = _end = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        TaskCompletionSource? drained = _drained;
        _drained = null;
        drained?.TrySetResult();
    }

    private void SendDatagram(SessionTrack track, bool isRtcp, ReadOnlySpan<byte> packet)
    {
        if (_session.Home.Media is not { } sockets || (isRtcp && _session.Shard.NowMicros < track.RtcpClosedUntilMicros))
        {
            return;
        }

        SocketError error = isRtcp ? sockets.SendRtcp(packet, track.Rtcp, track.Source) : sockets.SendRtp(packet, track.Rtp, track.Source);
        if (error == SocketError.Success)
        {
            _datagrams[track.Track.Index] += isRtcp ? 0 : 1;
            Count(isRtcp, packet.Length);
            Pace(packet.Length, isDatagram: true);
            return;
        }

        Dropped += isRtcp ? 0 : 1;
        _counters.CountDropped(DropCause.Socket, isRtcp ? 0 : 1);
        if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
        {
            Pause(RefusedPauseMicros);
        }
    }

    /// <summary>The recorder goes on, unless something makes it wait still.</summary>
    private void Resume()
    {
        if (!_isClosed && _isHeld && _start == _end && _stream is not { IsParked: true } && _resume is not { IsRunning: true })
        {
            _isHeld = false;
            _leg.Release();
        }
    }

    private void Count(bool isRtcp, int bytes)
    {
        if (!isRtcp)
        {
            _sentBytes += bytes;
            _sentPackets++;
            _counters.CountSent(_session.Watcher.Way, bytes, 1);
        }
    }
}
