using System.Buffers.Binary;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>
/// Sends what the camera sent in one session, each packet at its time. At the end it ends, or begins again with sequence numbers, timestamps and
/// clocks that go on, so that a player sees one long stream. On its shard.
/// </summary>
internal sealed class ReplayPlayer : IEndOfTurn
{
    /// <summary>Packets of one turn: a large key frame; the rest goes in the next one.</summary>
    private const int PacketsAtOnce = 512;

    private readonly Shard _shard;
    private readonly ReplayConnection _connection;
    private readonly ReplayOptions _options;
    private readonly RecordedPacket[] _packets;
    private readonly int[] _clockRates = new int[CaptureLimits.Tracks];
    private readonly uint[] _sequences = new uint[CaptureLimits.Tracks];
    private readonly long _lengthMicros;
    private readonly long _firstMicros;
    private readonly byte[] _packet = new byte[65_540];
    private long _epochMicros;
    private int _next;
    private int _round;
    private bool _isOver = true;

    /// <param name="shard">Where it lives.</param>
    /// <param name="connection">Sends.</param>
    /// <param name="recording">Of which.</param>
    /// <param name="play">The PLAY whose session it is.</param>
    /// <param name="options">How fast, and how often.</param>
    public ReplayPlayer(Shard shard, ReplayConnection connection, Recording recording, RecordedExchange play, ReplayOptions options)
    {
        _shard = shard;
        _connection = connection;
        _options = options;
        _packets = recording.MediaOf(play).ToArray();
        foreach (CapturedTrack track in recording.Tracks.Tracks)
        {
            _clockRates[track.Index] = track.Media?.ClockRate ?? 90_000;
        }

        // From the answer on, however long the first packet took: that is the camera's manner, too.
        _firstMicros = play.RequestMicros + play.DelayMicros;
        int first = Array.FindIndex(_packets, static packet => packet.Kind == CaptureKind.Rtp);
        int last = Array.FindLastIndex(_packets, static packet => packet.Kind == CaptureKind.Rtp);
        _lengthMicros = first < 0 ? 0 : _packets[last].Micros - _packets[first].Micros + PictureMicros(first, last);
        CountSequences();
    }

    /// <summary>Packets that were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Begins, or begins anew.</summary>
    public void Play()
    {
        _epochMicros = _shard.NowMicros;
        _next = 0;
        _round = 0;
        _isOver = false;
        OnEndOfTurn();
    }

    /// <summary>Nothing is sent any more.</summary>
    public void Stop() => _isOver = true;

    /// <inheritdoc/>
    public void OnEndOfTurn()
    {
        for (int sent = 0; !_isOver && sent < PacketsAtOnce; sent++)
        {
            if (_next == _packets.Length && !TryBeginAgain())
            {
                _isOver = true;
                return;
            }

            long due = DueMicros(_packets[_next]);
            if (due > _shard.NowMicros)
            {
                _shard.EndOfTurnAt(this, due);
                return;
            }

            Send(_packets[_next++]);
        }

        if (!_isOver)
        {
            _shard.EndOfTurnAt(this, _shard.NowMicros + 1);
        }
    }

    private long DueMicros(in RecordedPacket packet) =>
        _epochMicros + (long)((packet.Micros - _firstMicros + (_round * _lengthMicros)) / _options.Speed);

    private bool TryBeginAgain()
    {
        if (!_options.Loops || _lengthMicros <= 0)
        {
            return false;
        }

        _round++;
        _next = Array.FindIndex(_packets, static packet => packet.Kind == CaptureKind.Rtp);
        return true;
    }

    private void Send(in RecordedPacket packet)
    {
        if (packet.Kind is CaptureKind.Message or CaptureKind.Close)
        {
            // What the camera said by itself belongs to its session, and that does not end while it is played again and again.
            if (!_options.Loops)
            {
                _connection.SayOwn(packet);
            }

            return;
        }

        Span<byte> bytes = _packet.AsSpan(4, packet.Length);
        packet.CopyTo(bytes);
        if (_round > 0 && packet.Track >= 0)
        {
            Continue(bytes, packet);
        }

        bool ends = packet.Kind == CaptureKind.Rtcp && _options.Loops && HasBye(bytes);
        if (!ends && _connection.TrySend(packet, _packet.AsSpan(0, 4 + packet.Length)))
        {
            Sent++;
        }
    }

    /// <summary>The numbers of a later round.</summary>
    private void Continue(Span<byte> bytes, in RecordedPacket packet)
    {
        uint ticks = (uint)((Int128)_round * _lengthMicros * _clockRates[packet.Track] / 1_000_000);
        if (packet.Kind == CaptureKind.Rtp && RtpPacketView.TryParse(bytes, out RtpPacketView view, out _))
        {
            RtpPatch.SetSequenceNumber(bytes, (ushort)(view.SequenceNumber + ((uint)_round * _sequences[packet.Track])));
            RtpPatch.SetTimestamp(bytes, view.Timestamp + ticks);
        }
        else if (packet.Kind == CaptureKind.Rtcp && bytes.Length >= 28 && bytes[1] == (byte)RtcpPacketType.SenderReport)
        {
            ulong later = (ulong)((UInt128)(ulong)(_round * _lengthMicros) * (1UL << 32) / 1_000_000);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) + later);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]) + ticks);
        }
    }

    private static bool HasBye(ReadOnlySpan<byte> compound)
    {
        RtcpCompoundReader reader = new(compound);
        bool found = false;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            found |= packet.Type == RtcpPacketType.Bye;
        }

        return found;
    }

    /// <summary>How long the last picture lasts: as long as the others on the average.</summary>
    private long PictureMicros(int first, int last)
    {
        int pictures = 0;
        uint timestamp = 0;
        for (int i = first; i <= last; i++)
        {
            if (_packets[i].Track == _packets[first].Track && Timestamp(_packets[i]) is { } found && (pictures == 0 || found != timestamp))
            {
                pictures++;
                timestamp = found;
            }
        }

        return pictures < 2 ? 40_000 : (_packets[last].Micros - _packets[first].Micros) / (pictures - 1);
    }

    private static uint? Timestamp(in RecordedPacket packet) => packet.Kind == CaptureKind.Rtp && packet.Bytes.Length >= 8
        ? BinaryPrimitives.ReadUInt32BigEndian(packet.Bytes.AsSpan(4))
        : null;

    /// <summary>How far each track's sequence numbers go on from one round to the next.</summary>
    private void CountSequences()
    {
        Span<int> before = stackalloc int[CaptureLimits.Tracks];
        before.Fill(-1);
        foreach (RecordedPacket packet in _packets)
        {
            if (packet.Kind != CaptureKind.Rtp || packet.Track < 0 || packet.Bytes.Length < 4)
            {
                continue;
            }

            ushort number = BinaryPrimitives.ReadUInt16BigEndian(packet.Bytes.AsSpan(2));
            int step = before[packet.Track] < 0 ? 1 : (short)(number - before[packet.Track]);
            if (step > 0)
            {
                _sequences[packet.Track] += (uint)step;
                before[packet.Track] = number;
            }
        }
    }
}
