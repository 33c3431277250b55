using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FastRtspProxy.Captures;

/// <summary>
/// Writes a capture, compressed (gzip). What was flushed can be read, whatever happens to whoever writes: <see cref="CaptureReader"/> reads up to
/// where a file ends. One thread.
/// </summary>
internal sealed class CaptureWriter : IDisposable
{
    /// <summary>How much of the capture's time may be lost when the program is killed.</summary>
    private const long FlushMicros = 500_000;

    private readonly CountedStream _file;
    private readonly GZipStream _packed;
    private readonly StringBuilder _text = new(4096);
    private readonly long _bytesMax;
    private byte[] _bytes = new byte[8192];
    private long _flushedMicros;
    private long _lastMicros;
    private bool _isEnded;

    /// <param name="file">Where it goes; belongs to the writer.</param>
    /// <param name="header">What stands at its head.</param>
    /// <param name="bytesMax">The file grows to no more than that and its last record.</param>
    public CaptureWriter(Stream file, CaptureHeader header, long bytesMax)
    {
        _file = new CountedStream(file);
        _packed = new GZipStream(_file, CompressionLevel.Optimal);
        _bytesMax = bytesMax;
        _text.Append(CaptureLimits.Magic).Append('\n');
        foreach ((string name, string value) in header.Values)
        {
            _text.Append(name).Append(' ').Append(OneLine(value)).Append('\n');
        }

        Put();
    }

    /// <summary>Messages and packets so far, of both sides.</summary>
    public long Messages { get; private set; }

    /// <inheritdoc cref="Messages"/>
    public long Packets { get; private set; }

    /// <summary>The word for a kind in the file.</summary>
    public static string Word(CaptureKind kind) => kind switch
    {
        CaptureKind.Message => "message",
        CaptureKind.Rtp => "rtp",
        CaptureKind.Rtcp => "rtcp",
        CaptureKind.Data => "data",
        CaptureKind.Garbage => "garbage",
        CaptureKind.Open => "open",
        CaptureKind.Close => "close",
        CaptureKind.Note => "note",
        _ => "end",
    };

    /// <summary>Appends a record. False: the file has its size, and this and all that follows is left out.</summary>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public bool TryWrite(CaptureRecord record)
    {
        if (_isEnded || _file.Count >= _bytesMax)
        {
            return false;
        }

        _lastMicros = Math.Max(_lastMicros, record.Micros);
        Messages += record.Kind == CaptureKind.Message ? 1 : 0;
        Packets += record.IsPacket ? 1 : 0;
        WriteHead(record);
        if (record.Kind == CaptureKind.Message)
        {
            CaptureText.WriteMessage(_text, record.Bytes);
        }
        else
        {
            CaptureText.WriteBytes(_text, record.Bytes);
        }

        Put();
        if (record.Micros - _flushedMicros >= FlushMicros || record.Kind == CaptureKind.Message)
        {
            Flush(record.Micros);
        }

        return true;
    }

    /// <summary>What was written can be read from now on.</summary>
    public void Flush(long micros)
    {
        _flushedMicros = micros;
        _packed.Flush();
        _file.Flush();
    }

    /// <summary>The last record, with the sum.</summary>
    /// <param name="micros">When the capture ended.</param>
    /// <param name="why">One line.</param>
    public void End(long micros, string why)
    {
        if (!_isEnded)
        {
            _isEnded = true;
            string sum = string.Create(CultureInfo.InvariantCulture, $"messages={Messages} packets={Packets}; {why}");
            WriteHead(new CaptureRecord(CaptureKind.End, CaptureSide.None, Math.Max(micros, _lastMicros)) { Text = sum });
            Put();
        }
    }

    public void Dispose()
    {
        _packed.Dispose();
        _file.Dispose();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void WriteHead(CaptureRecord record)
    {
        long micros = Math.Clamp(record.Micros, 0, CaptureLimits.MicrosMax - 1);
        _text.Append(record.Side switch { CaptureSide.Camera => '<', CaptureSide.Client => '>', _ => '!' });
        _text.Append(CultureInfo.InvariantCulture, $" {micros / 1_000_000}.{micros % 1_000_000:D6} ");
        if (record.Connection > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"c{record.Connection}");
            if (record.Channel >= 0)
            {
                _text.Append(CultureInfo.InvariantCulture, $".{record.Channel}");
            }
        }
        else
        {
            _text.Append(record.Side == CaptureSide.None ? '-' : 'u');
        }

        _text.Append(' ').Append(Word(record.Kind));
        if (record.IsPacket)
        {
            _text.Append(' ').Append(record.Track < 0 ? "-" : record.Track.ToString(CultureInfo.InvariantCulture));
        }
        else if (record.Text.Length > 0)
        {
            _text.Append(' ').Append(OneLine(record.Text));
        }

        _text.Append('\n');
    }

    private void Put()
    {
        int bytesMax = 2 * _text.Length;
        if (_bytes.Length < bytesMax)
        {
            _bytes = new byte[bytesMax];
        }

        int length = 0;
        foreach (ReadOnlyMemory<char> chunk in _text.GetChunks())
        {
            length += Encoding.Latin1.GetBytes(chunk.Span, _bytes.AsSpan(length));
        }

        _packed.Write(_bytes, 0, length);
        _text.Clear();
    }
}
