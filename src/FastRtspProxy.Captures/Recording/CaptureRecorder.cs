using System.Globalization;
using FastRtspProxy.Captures.Privacy;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Recording;

/// <summary>
/// From what went through connections and ports to the records of a file: takes streams apart, finds the tracks, and lets nothing through that is
/// somebody's own. One thread.
/// </summary>
internal sealed class CaptureRecorder(CaptureWriter writer, Fakes fakes, bool withMedia)
{
    private readonly TrackMap _tracks = new();
    private readonly PacketFakes _packets = new(fakes);
    private readonly Dictionary<(int Connection, CaptureSide Side), Direction> _directions = [];

    /// <summary>Where the log-ins of the dialogue are made other ones.</summary>
    public MessageFakes Messages { get; } = new(fakes);

    /// <summary>What the dialogue has said of tracks so far.</summary>
    public TrackMap Tracks => _tracks;

    /// <summary>The file has its size: nothing is written any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>RTP and RTCP of the camera so far.</summary>
    public long MediaPackets { get; private set; }

    /// <summary>Bytes of connections that belonged to nothing.</summary>
    public long GarbageBytes { get; private set; }

    /// <summary>A connection was made.</summary>
    /// <param name="connection">From 1.</param>
    /// <param name="micros">When.</param>
    /// <param name="how"><c>tcp</c>, <c>tcp tls</c>, <c>tunnel</c>, <c>tunnel tls</c>.</param>
    public void Open(int connection, long micros, string how) => Event(CaptureKind.Open, connection, micros, how);

    /// <summary>A connection has ended.</summary>
    /// <param name="connection">From 1.</param>
    /// <param name="micros">When.</param>
    /// <param name="by">Who ended it, in a few words; nothing in it comes from a peer.</param>
    public void Close(int connection, long micros, string by)
    {
        foreach (CaptureSide side in (CaptureSide[])[CaptureSide.Camera, CaptureSide.Client])
        {
            if (_directions.Remove((connection, side), out Direction? direction))
            {
                direction.Micros = micros;
                direction.Cutter.OnGap();
            }
        }

        Event(CaptureKind.Close, connection, micros, by);
    }

    /// <summary>Something that readers should know; nothing in it comes from a peer.</summary>
    public void Note(long micros, string text) => Event(CaptureKind.Note, 0, micros, text);

    /// <summary>Bytes of a connection, as RTSP: without TLS and tunnel.</summary>
    public void OnStream(int connection, CaptureSide side, ReadOnlySpan<byte> bytes, long micros)
    {
        Direction direction = DirectionOf(connection, side);
        direction.Micros = micros;
        direction.Cutter.OnBytes(bytes);
    }

    /// <summary>Bytes of a connection are missing here.</summary>
    public void OnStreamGap(int connection, CaptureSide side, long bytes, long micros)
    {
        Direction direction = DirectionOf(connection, side);
        direction.Micros = micros;
        direction.Cutter.OnGap();
        string way = side == CaptureSide.Camera ? "from" : "to";
        Event(CaptureKind.Note, connection, micros, string.Create(
            CultureInfo.InvariantCulture, $"{bytes} bytes {way} the camera are missing in the packet capture"));
    }

    /// <summary>A datagram.</summary>
    /// <param name="side">Who sent it.</param>
    /// <param name="port">Of the side that plays, or of the group.</param>
    /// <param name="datagram">As it came.</param>
    /// <param name="micros">When.</param>
    public void OnDatagram(CaptureSide side, int port, ReadOnlySpan<byte> datagram, long micros)
    {
        CapturedTrack? track = _tracks.OfPort(port, out bool isRtcp);
        Packet(new CaptureRecord(CaptureKind.Data, side, micros), track, track is not null, isRtcp, datagram);
    }

    /// <summary>What the user is told: what was replaced, and what is left.</summary>
    public string Summary()
    {
        List<string> replaced = [];
        foreach (FakeKind kind in Enum.GetValues<FakeKind>())
        {
            if (fakes.Count(kind) is > 0 and int count)
            {
                replaced.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {Word(kind, count)}"));
            }
        }

        return $"replaced: {(replaced.Count == 0 ? "nothing" : string.Join(", ", replaced))}.\n"
            + "left: methods, status codes, products (Server, User-Agent), codecs and parameter sets, ports, times (Date, sender reports), "
            + "sizes and moments of packets"
            + (withMedia ? ", AND THE MEDIA: whoever has the file sees and hears what the camera saw and heard.\n"
                : "; of each NAL unit the first 16 bytes, of sound nothing.\n");
    }

    private static string Word(FakeKind kind, int count)
    {
        string word = kind switch
        {
            FakeKind.Address => "address",
            FakeKind.Host => "host name",
            FakeKind.User => "user",
            FakeKind.Password => "password",
            FakeKind.Realm => "realm",
            FakeKind.Nonce => "nonce or token",
            FakeKind.Session => "session id",
            FakeKind.Source => "SSRC",
            FakeKind.SourceName => "name of a source",
            FakeKind.Number => "long number",
            _ => "word",
        };
        return count == 1 ? word : kind switch
        {
            FakeKind.Address => "addresses",
            FakeKind.Nonce => "nonces or tokens",
            FakeKind.SourceName => "names of sources",
            _ => word + "s",
        };
    }

    private Direction DirectionOf(int connection, CaptureSide side)
    {
        if (!_directions.TryGetValue((connection, side), out Direction? direction))
        {
            direction = new Direction(this, connection, side);
            _directions.Add((connection, side), direction);
        }

        return direction;
    }

    private void Event(CaptureKind kind, int connection, long micros, string text) =>
        Write(new CaptureRecord(kind, CaptureSide.None, micros) { Connection = connection, Text = text });

    private void Write(CaptureRecord record)
    {
        IsFull |= !writer.TryWrite(record);
    }

    /// <summary>RTP or RTCP, by the dialogue where that says it, else by its looks (RFC 5761 section 4).</summary>
    private void Packet(CaptureRecord head, CapturedTrack? track, bool isKnown, bool isRtcp, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        bool looksLikeRtcp = copy is [_, >= 192 and <= 223, ..];
        bool isVersion2 = copy.Length > 0 && copy[0] >> 6 == 2;
        CaptureKind kind = !isVersion2 ? CaptureKind.Data : (isKnown ? isRtcp || looksLikeRtcp : looksLikeRtcp) ? CaptureKind.Rtcp : CaptureKind.Rtp;
        switch (kind)
        {
            case CaptureKind.Rtp:
                CapturedTrack? sender = _tracks.OfPayloadType(track, copy.Length > 1 ? copy[1] & 0x7F : 0);
                _packets.Rtp(copy, sender?.Codec ?? MediaCodec.Other, sender?.IsVideo ?? false, withMedia);
                break;
            case CaptureKind.Rtcp:
                _packets.Rtcp(copy);
                break;
            default:
                PacketFakes.Unreadable(copy);
                break;
        }

        MediaPackets += head.Side == CaptureSide.Camera && kind != CaptureKind.Data ? 1 : 0;
        Write(head with { Kind = kind, Track = track?.Index ?? -1, Bytes = copy });
    }

    /// <summary>One direction of a connection, and when its newest bytes came.</summary>
    private sealed class Direction : IStreamUnits
    {
        private readonly CaptureRecorder _recorder;
        private readonly int _connection;
        private readonly CaptureSide _side;

        public Direction(CaptureRecorder recorder, int connection, CaptureSide side)
        {
            _recorder = recorder;
            _connection = connection;
            _side = side;
            Cutter = new StreamCutter(this);
        }

        public StreamCutter Cutter { get; }

        public long Micros { get; set; }

        public void OnMessage(ReadOnlySpan<byte> raw, RtspMessage message)
        {
            if (_side == CaptureSide.Client && message.IsRequest)
            {
                _recorder._tracks.OnRequest(_connection, message);
            }
            else if (_side == CaptureSide.Camera && !message.IsRequest)
            {
                _recorder._tracks.OnAnswer(_connection, message);
            }

            byte[] fake = _recorder.Messages.Of(raw, message.Body.Length);
            _recorder.Write(new CaptureRecord(CaptureKind.Message, _side, Micros) { Connection = _connection, Bytes = fake });
        }

        public void OnFrame(byte channel, ReadOnlySpan<byte> payload)
        {
            CapturedTrack? track = _recorder._tracks.OfChannel(_connection, channel, out bool isRtcp);
            CaptureRecord head = new(CaptureKind.Data, _side, Micros) { Connection = _connection, Channel = channel };
            _recorder.Packet(head, track, track is not null, isRtcp, payload);
        }

        public void OnGarbage(int bytes)
        {
            _recorder.GarbageBytes += bytes;
            byte[] nothing = new byte[Math.Min(bytes, CaptureLimits.PacketBytes)];
            _recorder.Write(new CaptureRecord(CaptureKind.Garbage, _side, Micros) { Connection = _connection, Bytes = nothing });
        }
    }
}
