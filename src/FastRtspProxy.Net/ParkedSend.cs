using System.Buffers;
using System.Net.Sockets;
using Microsoft.Extensions.ObjectPool;

namespace FastRtspProxy.Net;

/// <summary>A send that waits for a peer, with the bytes that it waits with. Pooled: only clients that are behind have one.</summary>
internal sealed class ParkedSend : ShardWork
{
    /// <summary>More than so many that wait at once are garbage when they are done.</summary>
    private const int PooledMax = 256;

    private static readonly ObjectPool<ParkedSend> s_pool = new DefaultObjectPool<ParkedSend>(new DefaultPooledObjectPolicy<ParkedSend>(), PooledMax);

    private readonly SocketAsyncEventArgs _send = new(true);

    /// <summary>Null while it lies in the pool.</summary>
    private StreamBacklog? _owner;

    /// <summary>Rented, and given back when the send has completed.</summary>
    private ArraySegment<byte> _bytes;

    public ParkedSend() => _send.Completed += (_, _) => _owner!.Shard.Post(this);

    public static ParkedSend Rent(StreamBacklog owner)
    {
        ParkedSend parked = s_pool.Get();
        parked._owner = owner;
        return parked;
    }

    /// <summary>Sends a rented buffer, and gives it back afterwards.</summary>
    public void Begin(Socket socket, ArraySegment<byte> bytes)
    {
        _bytes = bytes;
        _send.SetBuffer(bytes.Array, bytes.Offset, bytes.Count);
        try
        {
            if (!socket.SendAsync(_send))
            {
                _owner!.Shard.Post(this);
            }
        }
        catch (ObjectDisposedException)
        {
            _send.SocketError = SocketError.OperationAborted;
            _owner!.Shard.Post(this);
        }
    }

    protected internal override void Run()
    {
        StreamBacklog owner = _owner!;
        int bytes = _send.BytesTransferred;
        SocketError error = _send.SocketError;
        ArrayPool<byte>.Shared.Return(_bytes.Array!);
        _bytes = default;
        _owner = null;
        _send.SetBuffer(null, 0, 0);
        s_pool.Return(this);
        owner.OnSent(bytes, error);
    }
}
