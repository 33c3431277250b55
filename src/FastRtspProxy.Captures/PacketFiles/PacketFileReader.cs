using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// Reads a packet capture, frame by frame: pcap (microseconds or nanoseconds, either byte order) and pcapng (draft-ietf-opsawg-pcapng), both also
/// compressed by gzip. Bounded memory, whatever lengths the file claims.
/// </summary>
internal sealed class PacketFileReader : IDisposable
{
    /// <summary>tcpdump's largest snapshot length, and the largest frame that is taken.</summary>
    private const int FrameBytesMax = 262_144;

    private const int InterfacesMax = 1024;
    private const uint SectionHeader = 0x0A0D_0D0A;

    private readonly Stream _file;
    private readonly byte[] _buffer = new byte[FrameBytesMax + 64];
    private readonly List<(int LinkType, long TicksPerSecond)> _interfaces = [];
    private readonly bool _isNg;
    private readonly bool _isNanos;
    private readonly int _linkType;
    private bool _isBigEndian;

    /// <summary>Where the next bytes of the unpacked file stand.</summary>
    private long _offset;

    /// <param name="file">From its beginning; belongs to the reader.</param>
    /// <exception cref="CaptureDefectException">It is no packet capture.</exception>
    public PacketFileReader(Stream file)
    {
        byte[] first = new byte[2];
        int read = file.ReadAtLeast(first, 2, throwOnEndOfStream: false);
        PrefixedStream whole = new(first.AsMemory(0, read), file);
        _file = first is [0x1F, 0x8B] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
        Span<byte> head = _buffer.AsSpan(0, 24);
        if (!TryFill(head[..4]))
        {
            throw Foreign();
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(head);
        _isNg = magic == SectionHeader;
        if (_isNg)
        {
            if (!TryFill(head[4..8]))
            {
                throw Foreign();
            }

            ReadSection();
            return;
        }

        _isBigEndian = magic is 0xA1B2_C3D4 or 0xA1B2_3C4D;
        _isNanos = magic is 0xA1B2_3C4D or 0x4D3C_B2A1;
        if (!_isBigEndian && magic is not (0xD4C3_B2A1 or 0x4D3C_B2A1))
        {
            throw Foreign();
        }

        if (!TryFill(head[4..]))
        {
            throw Defect("the head of the file is cut");
        }

        _linkType = (int)(UInt32(head[20..]) & 0x0FFF_FFFF);
    }

    /// <summary>The file ends in the middle of a frame; known at its end.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The next frame; false: there is none.</summary>
    /// <exception cref="CaptureDefectException">What follows is no frame, or one above the limits.</exception>
    public bool TryRead(out CapturedFrame frame) => _isNg ? TryReadBlock(out frame) : TryReadClassic(out frame);

    public void Dispose() => _file.Dispose();

    private bool TryReadClassic(out CapturedFrame frame)
    {
        frame = default;
        Span<byte> head = stackalloc byte[16];
        if (!TryFill(head))
        {
            return false;
        }

        uint length = UInt32(head[8..]);
        if (length > FrameBytesMax)
        {
            throw Defect($"a frame of {length} bytes, and the largest that there are have {FrameBytesMax}");
        }

        if (!TryFill(_buffer.AsSpan(0, (int)length)))
        {
            return false;
        }

        uint fraction = UInt32(head[4..]);
        long micros = (UInt32(head) * 1_000_000L) + (_isNanos ? fraction / 1000 : fraction);
        frame = new CapturedFrame(micros, _linkType, _buffer.AsMemory(0, (int)length), UInt32(head[12..]) > length);
        return true;
    }

    private bool TryReadBlock(out CapturedFrame frame)
    {
        frame = default;
        Span<byte> head = stackalloc byte[8];
        while (TryFill(head))
        {
            uint type = UInt32(head);
            if (BinaryPrimitives.ReadUInt32BigEndian(head) == SectionHeader)
            {
                head.CopyTo(_buffer);
                ReadSection();
                continue;
            }

            uint length = UInt32(head[4..]);
            if (length < 12 || length % 4 != 0)
            {
                throw Defect($"a block of {length} bytes");
            }

            int body = (int)Math.Min(length - 8, int.MaxValue);
            if (type is not (1 or 2 or 3 or 6) || body > _buffer.Length)
            {
                if (type is 2 or 3 or 6)
                {
                    throw Defect($"a frame of {body} bytes, and the largest that there are have {FrameBytesMax}");
                }

                if (!TrySkip(length - 8))
                {
                    return false;
                }

                continue;
            }

            if (!TryFill(_buffer.AsSpan(0, body)))
            {
                return false;
            }

            if (type == 1)
            {
                AddInterface(_buffer.AsSpan(0, body - 4));
            }
            else if (TryTake(type, _buffer.AsMemory(0, body - 4), out frame))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Enhanced packet block (6), packet block (2), simple packet block (3).</summary>
    private bool TryTake(uint type, ReadOnlyMemory<byte> body, out CapturedFrame frame)
    {
        frame = default;
        ReadOnlySpan<byte> span = body.Span;
        int head = type == 3 ? 4 : 20;
        if (span.Length < head)
        {
            throw Defect("a block that is too short for a frame");
        }

        int index = type switch { 6 => (int)Math.Min(UInt32(span), InterfacesMax), 2 => UInt16(span), _ => 0 };
        if (index >= _interfaces.Count)
        {
            throw Defect($"a frame of interface {index}, which the file does not describe");
        }

        (int linkType, long ticks) = _interfaces[index];
        uint original = type == 3 ? UInt32(span) : UInt32(span[16..]);
        uint captured = type == 3 ? Math.Min(original, (uint)(span.Length - head)) : UInt32(span[12..]);
        if (captured > span.Length - head)
        {
            throw Defect("a frame that is longer than its block");
        }

        ulong time = type == 3 ? 0 : ((ulong)UInt32(span[4..]) << 32) | UInt32(span[8..]);
        long micros = (long)((UInt128)time * 1_000_000 / (ulong)ticks);
        frame = new CapturedFrame(micros, linkType, body.Slice(head, (int)captured), original > captured);
        return true;
    }

    /// <summary>Type and length are in the buffer.</summary>
    private void ReadSection()
    {
        Span<byte> rest = _buffer.AsSpan(8, 16);
        if (!TryFill(rest))
        {
            throw Defect("the head of a section is cut");
        }

        uint order = BinaryPrimitives.ReadUInt32BigEndian(rest);
        _isBigEndian = order == 0x1A2B_3C4D;
        if (!_isBigEndian && order != 0x4D3C_2B1A)
        {
            throw Defect("a section without its byte order");
        }

        _interfaces.Clear();
        uint length = UInt32(_buffer.AsSpan(4));
        if (length < 28 || !TrySkip(length - 24))
        {
            throw Defect($"the head of a section has {length} bytes");
        }
    }

    private void AddInterface(ReadOnlySpan<byte> body)
    {
        if (body.Length < 8 || _interfaces.Count >= InterfacesMax)
        {
            throw Defect("an interface that is not described, or too many of them");
        }

        long ticks = 1_000_000;
        ReadOnlySpan<byte> options = body[8..];
        while (options.Length >= 4)
        {
            int code = UInt16(options);
            int length = UInt16(options[2..]);
            if (code == 0 || options.Length < 4 + length)
            {
                break;
            }

            if (code == 9 && length == 1) // if_tsresol
            {
                int power = options[4] & 0x7F;
                ticks = (options[4] & 0x80) != 0 ? 1L << Math.Min(power, 40) : Power(Math.Min(power, 12));
            }

            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }

        _interfaces.Add((UInt16(body), ticks));
    }

    private static long Power(int exponent)
    {
        long value = 1;
        for (int i = 0; i < exponent; i++)
        {
            value *= 10;
        }

        return value;
    }

    private bool TrySkip(long bytes)
    {
        while (bytes > 0)
        {
            int piece = (int)Math.Min(bytes, 16 * 1024);
            if (!TryFill(_buffer.AsSpan(_buffer.Length - piece, piece)))
            {
                return false;
            }

            bytes -= piece;
        }

        return true;
    }

    private bool TryFill(Span<byte> bytes)
    {
        try
        {
            int read = _file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _offset += read;
            IsCut |= read > 0 && read < bytes.Length;
            return read == bytes.Length;
        }
        catch (InvalidDataException)
        {
            IsCut = true; // the compression is cut or damaged
            return false;
        }
    }

    private uint UInt32(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private int UInt16(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static CaptureDefectException Foreign() => new("byte 0: the file is neither pcap nor pcapng");

    private CaptureDefectException Defect(string sentence) =>
        new(string.Create(CultureInfo.InvariantCulture, $"byte {_offset}: {sentence}"));
}
