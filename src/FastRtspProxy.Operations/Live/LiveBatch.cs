using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Operations.Live;

/// <summary>Messages that wait to be sent, one behind the other in one rented array. One owner.</summary>
/// <param name="memory">Where it is counted that the array is larger than the first one.</param>
internal sealed class LiveBatch(LiveMemory memory) : IDisposable
{
    /// <summary>Flags, and the time in eight bytes, big endian.</summary>
    public const int HeaderBytes = 9;

    private const int FirstBytes = 64 * 1024;
    private const int KeptBytesMax = 512 * 1024;

    private readonly List<(int Offset, int Length, bool IsText)> _messages = [];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _used;

    /// <summary>Counted for the array.</summary>
    private long _heldBytes;

    /// <summary>Bytes of all messages.</summary>
    public int Bytes => _used;

    public int Count => _messages.Count;

    /// <summary>A message, and whether it is text.</summary>
    public (ReadOnlyMemory<byte> Bytes, bool IsText) this[int index] =>
        (_bytes.AsMemory(_messages[index].Offset, _messages[index].Length), _messages[index].IsText);

    /// <summary>It has to be told, whatever is left of memory: some hundred bytes, seldom.</summary>
    public void AddText(ReadOnlySpan<byte> text)
    {
        if (_used + text.Length > _bytes.Length)
        {
            Grow(2 * _bytes.Length);
        }

        text.CopyTo(Take(text.Length, isText: true));
    }

    /// <summary>False: there is no memory for it, and it is left out.</summary>
    public bool TryAddUnit(LiveFlags flags, long micros, ReadOnlySpan<byte> unit)
    {
        int length = HeaderBytes + unit.Length;
        if (_used + length > _bytes.Length)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)(_used + length)); // as the pool has them
            if (!memory.TryHold(size - _bytes.Length))
            {
                return false;
            }

            _heldBytes += size - _bytes.Length;
            Grow(size);
        }

        Span<byte> message = Take(length, isText: false);
        message[0] = (byte)flags;
        BinaryPrimitives.WriteInt64BigEndian(message[1..], micros);
        unit.CopyTo(message[HeaderBytes..]);
        return true;
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
            LetGo();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _messages.Clear();
        _used = 0;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        LetGo();
    }

    private void LetGo()
    {
        memory.LetGo(_heldBytes);
        _heldBytes = 0;
    }

    private void Grow(int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, _used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private Span<byte> Take(int length, bool isText)
    {
        _messages.Add((_used, length, isText));
        Span<byte> message = _bytes.AsSpan(_used, length);
        _used += length;
        return message;
    }
}
