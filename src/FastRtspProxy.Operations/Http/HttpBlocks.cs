using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Where answers are written: in blocks of a size. Kestrel asks for "some bytes" by a size of 0, and takes it that it gets some: the framework's
/// shared pool has none for that.
/// </summary>
internal sealed class HttpBlocks : MemoryPool<byte>, IMemoryPoolFeature
{
    private const int BlockBytes = 4096;

    public static HttpBlocks Instance { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool => this;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(BlockBytes);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Every connection has this one.
    }
}
