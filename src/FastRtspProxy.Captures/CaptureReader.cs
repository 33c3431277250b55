using System.Globalization;
using System.Text;

namespace FastRtspProxy.Captures;

/// <summary>
/// Reads a capture record by record, in bounded memory (docs/captures.md). Lines that begin with <c>#</c> and empty ones mean nothing. Nothing in a
/// file is ever taken for the name of another one.
/// </summary>
internal sealed class CaptureReader : IDisposable
{
    private readonly CaptureLines _lines;
    private readonly CaptureBlock _block = new();

    /// <summary>The head of the next record, which ended the block of the last one; null: it is still to be read.</summary>
    private CaptureRecord? _next;
    private bool _isOver;

    /// <summary>The record that every whole file has was read.</summary>
    private bool _hasEnd;

    /// <param name="file">From its beginning; belongs to the reader.</param>
    /// <exception cref="CaptureDefectException">It is no capture.</exception>
    public CaptureReader(Stream file)
    {
        _lines = new CaptureLines(file);
        try
        {
            Header = ReadHeader();
        }
        catch
        {
            _lines.Dispose();
            throw;
        }
    }

    public CaptureHeader Header { get; }

    /// <summary>
    /// The file ends without its last record: whoever wrote it was interrupted, or a copy was cut. Known when <see cref="TryRead"/> gave false.
    /// </summary>
    public bool IsCut { get; private set; }

    /// <summary>Where the reader is, for a sentence.</summary>
    public string Place => _lines.Place;

    /// <summary>The next record; false: there is none.</summary>
    /// <exception cref="CaptureDefectException">What follows is no record, or one above the limits.</exception>
    public bool TryRead(out CaptureRecord record)
    {
        _block.Clear();
        CaptureRecord? head = _next;
        _next = null;
        while (!_isOver && _next is null)
        {
            if (!_lines.TryRead(out ReadOnlySpan<byte> line))
            {
                _isOver = true;
            }
            else if (line is [(byte)'<' or (byte)'>' or (byte)'!', ..])
            {
                CaptureRecord found = Head(line);
                (head, _next) = head is null ? (found, null) : (head, found);
            }
            else if (line is [(byte)'|' or (byte)':' or (byte)'.' or (byte)'=', ..])
            {
                Require(head is not null, "a block without the line that says what it is");
                Require(head!.Side != CaptureSide.None, "an event has no block");
                string? wrong = CaptureText.Read(line, _block);
                Require(wrong is null, wrong);
            }
            else
            {
                Require(line.IsEmpty || line[0] == '#', "begins with none of < > ! | : . = #");
            }
        }

        if (head is null || (_isOver && _lines.IsCut))
        {
            // The last record of a file that was cut may lack its tail.
            record = null!;
            IsCut = _lines.IsCut || !_hasEnd;
            return false;
        }

        record = head with { Bytes = _block.ToArray() };
        _hasEnd |= head.Kind == CaptureKind.End;
        return true;
    }

    public void Dispose() => _lines.Dispose();

    private CaptureHeader ReadHeader()
    {
        Require(_lines.TryRead(out ReadOnlySpan<byte> first) && first.SequenceEqual(Encoding.ASCII.GetBytes(CaptureLimits.Magic)),
            $"the file does not begin with \"{CaptureLimits.Magic}\": it is no capture of this version");
        List<KeyValuePair<string, string>> values = [];
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (line is [(byte)'<' or (byte)'>' or (byte)'!', ..])
            {
                _next = Head(line);
                break;
            }

            int blank = line.IndexOf((byte)' ');
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            Require(blank > 0 && values.Count < CaptureLimits.HeaderLines, "neither a name with its value nor a record");
            values.Add(new(Encoding.Latin1.GetString(line[..blank]), Encoding.Latin1.GetString(line[(blank + 1)..])));
        }

        return new CaptureHeader { Values = values };
    }

    /// <summary><c>&lt; 12.345678 c1.0 rtp 0</c>, <c>&gt; 0.001000 c1 message</c>, <c>! 30.000000 - end packets=12</c>.</summary>
    private CaptureRecord Head(ReadOnlySpan<byte> line)
    {
        string text = Encoding.Latin1.GetString(line);
        string[] words = text.Split(' ', 5);
        Require(words.Length >= 4, "a record has a sign, a time, a place and a kind");
        CaptureSide side = words[0] switch { "<" => CaptureSide.Camera, ">" => CaptureSide.Client, _ => CaptureSide.None };
        Require(words[0].Length == 1, "the sign of a record is followed by a blank");
        Require(TryTime(words[1], out long micros), "the time is seconds and six digits, within a day");
        bool isKnown = TryKind(words[3], out CaptureKind kind);
        Require(isKnown && (side == CaptureSide.None) == (kind >= CaptureKind.Open), "no such kind of record");
        (int connection, int channel) = (0, -1);
        Require(words[2] is "-" or "u" || TryPlace(words[2], out connection, out channel), "the place is u, c and a number, or c1.0");
        int track = -1;
        string last = words.Length > 4 ? words[4] : string.Empty;
        Require(side == CaptureSide.None || last is "" or "-" || TryNumber(last, CaptureLimits.Tracks, out track), "the track is a small number");
        return new CaptureRecord(kind, side, micros)
        {
            Connection = connection,
            Channel = channel,
            Track = track,
            Text = side == CaptureSide.None ? last : string.Empty,
        };
    }

    private static bool TryTime(string text, out long micros)
    {
        micros = 0;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || text.Length != dot + 7 || !TryNumber(text[..dot], 86_400, out int seconds)
            || !TryNumber(text[(dot + 1)..], 1_000_000, out int rest))
        {
            return false;
        }

        micros = (seconds * 1_000_000L) + rest;
        return true;
    }

    private static bool TryPlace(string text, out int connection, out int channel)
    {
        channel = -1;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        connection = 0;
        return text.StartsWith('c')
            && TryNumber(text[1..(dot < 0 ? text.Length : dot)], CaptureLimits.Connections + 1, out connection) && connection > 0
            && (dot < 0 || TryNumber(text[(dot + 1)..], 256, out channel));
    }

    private static bool TryNumber(string text, int below, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < below;

    private static bool TryKind(string text, out CaptureKind kind)
    {
        for (kind = CaptureKind.Message; kind <= CaptureKind.End; kind++)
        {
            if (text == CaptureWriter.Word(kind))
            {
                return true;
            }
        }

        return false;
    }

    private void Require(bool holds, string? sentence)
    {
        if (!holds)
        {
            throw new CaptureDefectException($"{_lines.Place}: {sentence}");
        }
    }
}
