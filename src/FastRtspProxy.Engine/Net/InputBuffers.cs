namespace FastRtspProxy.Engine.Net;

/// <summary>A few buffers of one read, for the next connection of the shard whose requests come piecemeal or in advance. On the shard only.</summary>
internal sealed class InputBuffers
{
    /// <summary>64 KiB: more than as many connections with something left over in a turn are an attack, and its memory is to be gone afterwards.</summary>
    private const int Kept = 16;

    private readonly byte[][] _buffers = new byte[Kept][];
    private int _count;

    /// <summary>A buffer of <see cref="PeerInput.ReadBytes"/>.</summary>
    public byte[] Rent() => _count > 0 ? _buffers[--_count] : GC.AllocateUninitializedArray<byte>(PeerInput.ReadBytes);

    /// <summary>Takes a buffer back; one of another size, or too many, is left to the garbage collector.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length == PeerInput.ReadBytes && _count < Kept)
        {
            _buffers[_count++] = buffer;
        }
    }
}
