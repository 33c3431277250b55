using System.Buffers;
using System.Buffers.Binary;

namespace FastRtspProxy.Operations.Live;

/// <summary>Messages that wait to be sent, one behind the other in one rented array. One owner.</summary>
internal sealed class LiveBatch : IDisposable
{
    /// <summary>Flags, and the time in eight bytes, big endian.</summary>
    public const int HeaderBytes = 9;

    private const int FirstBytes = 64 * 1024;
    private const int KeptBytesMax = 512 * 1024;

    private readonly List<(int Offset, int Length, bool IsText)> _messages = [];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _used;

    /// <summary>Bytes of all messages.</summary>
    public int Bytes => _used;

    public int Count => _messages.Count;

    /// <summary>A message, and whether it is text.</summary>
    public (ReadOnlyMemory<byte> Bytes, bool IsText) this[int index] =>
        (_bytes.AsMemory(_messages[index].Offset, _messages[index].Length), _messages[index].IsText);

    public void AddText(ReadOnlySpan<byte> text) => text.CopyTo(Add(text.Length, isText: true));

    public void AddUnit(LiveFlags flags, long micros, ReadOnlySpan<byte> unit)
    {
        Span<byte> message = Add(HeaderBytes + unit.Length, isText: false);
        message[0] = (byte)flags;
        BinaryPrimitives.WriteInt64BigEndian(message[1..], micros);
        unit.CopyTo(message[HeaderBytes..]);
    }

    /// <summary>They were sent. Room that only a large picture needed goes back.</summary>
    public void Clear()
    {
        _messages.Clear();
        _used = 0;
        if (_bytes.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _messages.Clear();
        _used = 0;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private Span<byte> Add(int length, bool isText)
    {
        if (_used + length > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_used + length, 2 * _bytes.Length));
            _bytes.AsSpan(0, _used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        _messages.Add((_used, length, isText));
        Span<byte> message = _bytes.AsSpan(_used, length);
        _used += length;
        return message;
    }
}
