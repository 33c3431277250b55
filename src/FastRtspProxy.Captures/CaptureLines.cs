using System.Globalization;
using System.IO.Compression;

namespace FastRtspProxy.Captures;

/// <summary>
/// The lines of a capture, compressed or not, one after the other and in bounded memory: what a file unpacks to does not matter, only the longest
/// line does.
/// </summary>
internal sealed class CaptureLines : IDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[2 * CaptureLimits.LineBytes];

    /// <summary>What was read and not given: from <see cref="_start"/> up to <see cref="_end"/>.</summary>
    private int _start;
    private int _end;

    /// <summary>Unpacked bytes in front of the buffer.</summary>
    private long _before;
    private bool _isOver;

    /// <param name="file">Read from where it stands; a pair of bytes says whether it is compressed.</param>
    public CaptureLines(Stream file)
    {
        byte[] first = new byte[2];
        int read = file.ReadAtLeast(first, 2, throwOnEndOfStream: false);
        PrefixedStream whole = new(first.AsMemory(0, read), file);
        _stream = first is [0x1F, 0x8B] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <summary>The number of the newest line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Where the newest line begins, in bytes of the unpacked file.</summary>
    public long Offset { get; private set; }

    /// <summary>The file ends in the middle: of its compression, or of a line.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Where the newest line is, for a sentence.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"line {Number} (byte {Offset})");

    /// <summary>The next line without its end; false: there is none. Valid until the next call.</summary>
    /// <exception cref="CaptureDefectException">The line is longer than any that we write, or the file is not compressed as it says.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        while (true)
        {
            int feed = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                Number++;
                Offset = _before + _start;
                line = _buffer.AsSpan(_start, feed);
                _start += feed + 1;
                return true;
            }

            if (_end - _start > CaptureLimits.LineBytes)
            {
                throw new CaptureDefectException(string.Create(
                    CultureInfo.InvariantCulture, $"line {Number + 1} (byte {_before + _start}) is longer than {CaptureLimits.LineBytes} bytes"));
            }

            if (_isOver)
            {
                IsCut |= _end > _start;
                return false;
            }

            Fill();
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _before += _start;
        _end -= _start;
        _start = 0;
        try
        {
            int read = _stream.Read(_buffer.AsSpan(_end));
            _end += read;
            _isOver = read == 0;
        }
        catch (InvalidDataException) when (_before + _end > 0)
        {
            // Cut, or damaged from here on: what came before it is as good as ever.
            _isOver = IsCut = true;
        }
        catch (InvalidDataException)
        {
            throw new CaptureDefectException("the file begins as a compressed one (gzip), and cannot be unpacked from byte 0 on");
        }
    }
}
