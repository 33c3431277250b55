namespace FastRtspProxy.Engine.Net;

/// <summary>
/// Buffers for what connections have left over, in three sizes: a read, some reads, the largest unit. They are kept for the next connection while there is a crowd, so that it makes
/// no garbage, and let go when nobody has needed them for a while. On the shard only.
/// </summary>
internal sealed class InputBuffers
{
    /// <summary>A request in several pieces, or some that came together.</summary>
    public const int MiddleBytes = 16 * 1024;

    // What the garbage collector would get at once in a crowd: 256 KiB, 1 MiB and 4.8 MB a shard at most.
    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _middle = new();
    private readonly Stack<byte[]> _large = new();
    private const int Kept = 64;

    // The fewest that lay there since the last Trim: nobody has needed those.
    private int _idleLarge;
    private int _idleMiddle;

    /// <summary>The size in which so many bytes are kept.</summary>
    public static int SizeFor(int bytes) => bytes <= PeerInput.ReadBytes ? PeerInput.ReadBytes : bytes <= MiddleBytes ? MiddleBytes : Math.Max(bytes, PeerInput.MaxBytes);

    /// <summary>A buffer of a size that <see cref="SizeFor"/> names.</summary>
    public byte[] Rent(int bytes)
    {
        byte[] buffer = PoolOf(bytes) is { } pool && pool.TryPop(out byte[]? kept) ? kept : GC.AllocateUninitializedArray<byte>(bytes);
        _idleMiddle = Math.Min(_idleMiddle, _middle.Count);
        _idleLarge = Math.Min(_idleLarge, _large.Count);
        return buffer;
    }

    /// <summary>Takes a buffer back, or leaves it to the garbage collector.</summary>
    public void Return(byte[] buffer)
    {
        if (PoolOf(buffer.Length) is { Count: < Kept } pool)
        {
            pool.Push(buffer);
        }
    }

    /// <summary>Lets go what nobody has needed since the last call.</summary>
    public void Trim()
    {
        LetGo(_middle, _idleMiddle);
        LetGo(_large, _idleLarge);
        _idleMiddle = _middle.Count;
        _idleLarge = _large.Count;
    }

    private static void LetGo(Stack<byte[]> pool, int count)
    {
        for (; count > 0; count--)
        {
            _ = pool.Pop();
        }
    }

    private Stack<byte[]>? PoolOf(int bytes) => bytes switch
    {
        PeerInput.ReadBytes => _small,
        MiddleBytes => _middle,
        PeerInput.MaxBytes => _large,
        _ => null,
    };
}
