namespace FastRtspProxy.Net;

/// <summary>
/// Buffers for what connections have left over, in two sizes: a read, and the largest unit. Some are kept for the next connection, so that a crowd
/// whose requests come in pieces makes no garbage. On the shard only.
/// </summary>
internal sealed class InputBuffers
{
    /// <summary>Of each size: 256 KiB and 768 KiB a shard.</summary>
    private const int KeptMax = 64;

    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();

    /// <summary>The size in which so many bytes are kept.</summary>
    public static int SizeFor(int bytes) => bytes <= PeerInput.ReadBytes ? PeerInput.ReadBytes : Math.Max(bytes, PeerInput.BytesMax);

    /// <summary>A buffer of a size that <see cref="SizeFor"/> names.</summary>
    public byte[] Rent(int bytes) => PoolOf(bytes) is { } pool && pool.TryPop(out byte[]? kept) ? kept : GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Takes a buffer back, or leaves it to the garbage collector.</summary>
    public void Return(byte[] buffer)
    {
        if (PoolOf(buffer.Length) is { Count: < KeptMax } pool)
        {
            pool.Push(buffer);
        }
    }

    private Stack<byte[]>? PoolOf(int bytes) => bytes switch
    {
        PeerInput.ReadBytes => _small,
        PeerInput.BytesMax => _large,
        _ => null,
    };
}
