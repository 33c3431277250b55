using System.Globalization;
using FastRtspProxy.Captures;
using FastRtspProxy.Captures.Recording;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>A capture in memory: what was asked and answered, and what the camera sent by itself. Nothing of it changes any more.</summary>
internal sealed class Recording
{
    /// <summary>What a recording may take: some ten minutes of a camera with its media, many hours without.</summary>
    public const long BytesMax = 512L << 20;

    private const int ExchangesMax = 100_000;

    /// <summary>Of an entry beside its bytes.</summary>
    private const int EntryBytes = 96;

    private static readonly RtspLimits s_limits = new()
    {
        HeadBytes = CaptureLimits.RecordBytes,
        HeaderLines = 1024,
        BodyBytes = CaptureLimits.RecordBytes,
    };

    private readonly List<RecordedExchange> _exchanges = [];
    private readonly List<RecordedPacket> _packets = [];

    /// <summary>Requests that wait for their answer, by connection, in order.</summary>
    private readonly Dictionary<int, List<(long CSeq, RecordedExchange Exchange)>> _waiting = [];
    private readonly RtspMessage _message = new();
    private long _bytes;

    private Recording(CaptureHeader header) => Header = header;

    public CaptureHeader Header { get; }

    /// <summary>In the order of the requests.</summary>
    public IReadOnlyList<RecordedExchange> Exchanges => _exchanges;

    /// <summary>In order of time.</summary>
    public IReadOnlyList<RecordedPacket> Packets => _packets;

    /// <summary>What the dialogue says of tracks.</summary>
    public TrackMap Tracks { get; } = new();

    /// <summary>The file had no end: whoever made it was interrupted.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The URL that was asked for; the first request's where the head does not say.</summary>
    public string Url => Header[CaptureHeader.Url] ?? (_exchanges.Count > 0 ? _exchanges[0].Uri : "rtsp://host1.invalid/");

    /// <summary>Reads a whole capture.</summary>
    /// <param name="file">From its beginning; closed afterwards.</param>
    /// <exception cref="CaptureDefectException">It is none, or larger than what fits in memory.</exception>
    public static Recording Load(Stream file)
    {
        using CaptureReader reader = new(file);
        Recording recording = new(reader.Header);
        while (reader.TryRead(out CaptureRecord record))
        {
            recording.Add(record, reader);
        }

        recording.IsCut = reader.IsCut;
        if (recording._exchanges.Count == 0)
        {
            throw new CaptureDefectException("the capture holds no request, so there is nothing to answer by it");
        }

        return recording;
    }

    /// <summary>
    /// What the camera sent in the session that a PLAY began: from then to the next PLAY, or the TEARDOWN, that came after it.
    /// </summary>
    public ReadOnlySpan<RecordedPacket> MediaOf(RecordedExchange play)
    {
        long to = long.MaxValue;
        for (int i = play.Index + 1; i < _exchanges.Count && to == long.MaxValue; i++)
        {
            to = _exchanges[i].Method is RtspMethod.Play or RtspMethod.Teardown or RtspMethod.Pause ? _exchanges[i].RequestMicros : to;
        }

        int first = FirstAt(play.RequestMicros);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_packets)[first..FirstAt(to)];
    }

    private int FirstAt(long micros)
    {
        int low = 0;
        for (int high = _packets.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = _packets[middle].Micros < micros ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Add(CaptureRecord record, CaptureReader reader)
    {
        switch (record.Kind)
        {
            case CaptureKind.Message:
                AddMessage(record, reader);
                break;
            case CaptureKind.Rtp or CaptureKind.Rtcp or CaptureKind.Data when record.Side == CaptureSide.Camera:
                Add(RecordedPacket.Of(record), reader);
                break;
            case CaptureKind.Close when record.Text == "by the camera":
                if (_waiting.TryGetValue(record.Connection, out List<(long CSeq, RecordedExchange Exchange)>? open) && open.Count > 0)
                {
                    open.ForEach(static one => one.Exchange.Closes = true);
                    open.Clear();
                }
                else if (_exchanges.Count > 0 && record.Micros - _exchanges[^1].RequestMicros - _exchanges[^1].DelayMicros < 100_000)
                {
                    _exchanges[^1].Closes = true;
                }
                else
                {
                    Add(RecordedPacket.Of(record), reader);
                }

                break;
        }
    }

    private void Add(RecordedPacket packet, CaptureReader reader)
    {
        Count(packet.Bytes.Length, reader);

        // Times of one file go forward; a file that somebody wrote need not.
        _packets.Add(_packets.Count > 0 && packet.Micros < _packets[^1].Micros ? packet with { Micros = _packets[^1].Micros } : packet);
    }

    private void AddMessage(CaptureRecord record, CaptureReader reader)
    {
        if (RtspMessageParser.TryParse(record.Bytes, _message, s_limits, out _, out _) != ParseStatus.Complete)
        {
            return; // a message that was cut, or that the camera should not have sent: there is nothing to answer by it
        }

        bool isRequest = _message.IsRequest;
        if (record.Side == CaptureSide.Camera)
        {
            if (isRequest)
            {
                Add(RecordedPacket.Of(record), reader);
            }
            else
            {
                Answer(record, reader);
            }
        }
        else if (isRequest)
        {
            Ask(record, reader);
        }
    }

    private void Ask(CaptureRecord record, CaptureReader reader)
    {
        if (_exchanges.Count >= ExchangesMax)
        {
            throw new CaptureDefectException($"{reader.Place}: more than {ExchangesMax} requests");
        }

        Tracks.OnRequest(record.Connection, _message);
        RecordedExchange exchange = new(_exchanges.Count, _message.Method, _message.Uri)
        {
            RequestMicros = record.Micros,
            HasLogIn = _message.Header("Authorization") is not null,
            Way = _message.Method == RtspMethod.Setup ? RecordedExchange.WayOf(_message.Header("Transport")) : RecordedWay.None,
            Track = _message.Method == RtspMethod.Setup ? TrackOf(_message.Uri) : -1,
        };
        Count(_message.BufferBytes, reader);
        _exchanges.Add(exchange);
        if (!_waiting.TryGetValue(record.Connection, out List<(long CSeq, RecordedExchange Exchange)>? open))
        {
            _waiting.Add(record.Connection, open = []);
        }

        open.Add((_message.CSeq ?? -1, exchange));
    }

    private void Answer(CaptureRecord record, CaptureReader reader)
    {
        Tracks.OnAnswer(record.Connection, _message);
        if (_message.StatusCode < 200 || !_waiting.TryGetValue(record.Connection, out List<(long CSeq, RecordedExchange Exchange)>? open)
            || open.Count == 0)
        {
            return;
        }

        int at = open.FindIndex(one => one.CSeq == _message.CSeq);
        RecordedExchange exchange = open[Math.Max(at, 0)].Exchange;
        open.RemoveAt(Math.Max(at, 0));
        exchange.Answer = record.Bytes;
        exchange.AnswerBodyBytes = _message.Body.Length;
        exchange.Status = _message.StatusCode;
        exchange.DelayMicros = Math.Max(0, record.Micros - exchange.RequestMicros);
        Count(record.Bytes.Length, reader);
    }

    private int TrackOf(string uri)
    {
        foreach (CapturedTrack track in Tracks.Tracks)
        {
            if (track.Url == uri)
            {
                return track.Index;
            }
        }

        return -1;
    }

    private void Count(int bytes, CaptureReader reader)
    {
        _bytes += bytes + EntryBytes;
        if (_bytes > BytesMax)
        {
            throw new CaptureDefectException(string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.Place}: up to here the capture holds {BytesMax >> 20} MiB, and more than that is not read. Capture for a shorter time."));
        }
    }
}
