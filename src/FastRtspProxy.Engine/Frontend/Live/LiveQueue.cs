using System.Buffers.Binary;
using System.Collections.Concurrent;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Packets on their way from a shard to one reader on the thread pool, in slabs of the process's budget. The shard never waits: where there is no
/// room it is told so, and drops what the reader has not taken when a group of pictures begins.
/// </summary>
internal sealed class LiveQueue(SlabShare slabs, long nowMicros)
{
    /// <summary>Two groups of four seconds of the largest streams (16 Mbit/s).</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>A record: length, track, flags, two bytes of nothing, arrival; then the packet.</summary>
    private const int HeaderBytes = 16;

    private const byte StartsGroup = 1;
    private const byte AfterGap = 2;

    /// <summary>What the reader has not taken. Both sides take from it: the reader what it reads, the shard what it drops.</summary>
    private readonly ConcurrentQueue<LiveBlock> _blocks = new();
    private readonly int _blocksMax = Math.Max(2, BytesMax / slabs.SlabBytes);

    /// <summary>It has had a slab, and is counted among those who share them.</summary>
    private bool _isRenter;

    /// <summary>The newest block while something fits into it. The shard only.</summary>
    private LiveBlock? _last;

    /// <summary>Groups that begin in what was not read. Interlocked, by both.</summary>
    private int _unreadGroups;

    /// <summary>When the packet that was read last came from the camera. By the reader; a figure without a partner.</summary>
    private long _readMicros = nowMicros;

    /// <summary>Somebody waits for more; taken by whoever wakes it.</summary>
    private TaskCompletionSource? _waiter;

    /// <summary>Nothing more is appended.</summary>
    private volatile bool _isComplete;

    /// <summary>The block that is read, and where. The reader only.</summary>
    private LiveBlock? _current;
    private int _at;

    /// <summary>Groups that begin in what waits to be read. Any thread.</summary>
    public int UnreadGroups => Volatile.Read(ref _unreadGroups);

    /// <summary>When the packet that was read last came from the camera, on the shards' clock; before the first, when the queue was made.</summary>
    public long ReadMicros => Volatile.Read(ref _readMicros);

    /// <summary>A packet more. On the shard. False: there is no room, or no memory.</summary>
    public bool TryAppend(int track, long arrivalMicros, bool startsGroup, bool isAfterGap, ReadOnlySpan<byte> packet)
    {
        int bytes = HeaderBytes + packet.Length;
        if (_last is null || _last.WrittenBytes + bytes > _last.Slab.Bytes)
        {
            Close();
            EnterOnce();
            if (_blocks.Count >= Math.Min(_blocksMax, slabs.SlabsOfOne) || slabs.TryRent() is not { } slab)
            {
                return false;
            }

            _last = new LiveBlock(slab);
            _blocks.Enqueue(_last);
        }

        Span<byte> record = _last.Slab.SpanView.Slice(_last.WrittenBytes, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(record, packet.Length);
        record[4] = (byte)track;
        record[5] = (byte)((startsGroup ? StartsGroup : 0) | (isAfterGap ? AfterGap : 0));
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], arrivalMicros);
        packet.CopyTo(record[HeaderBytes..]);
        _last.Packets++;
        if (startsGroup)
        {
            _last.Groups++;
            Interlocked.Increment(ref _unreadGroups);
        }

        Volatile.Write(ref _last.WrittenBytes, _last.WrittenBytes + bytes);
        return true;
    }

    /// <summary>Drops what the reader has not begun; returns how many packets. On the shard.</summary>
    public int Drop()
    {
        Close();
        int packets = 0;
        while (_blocks.TryDequeue(out LiveBlock? block))
        {
            packets += block.Packets;
            Interlocked.Add(ref _unreadGroups, -block.Groups);
            slabs.Release(block.Slab);
        }

        return packets;
    }

    /// <summary>Wakes the reader. On the shard, once a pass.</summary>
    public void Publish()
    {
        // Pairs with the exchange in WaitAsync: what was appended is out before we look at who waits. Store then load, so it takes a full fence
        // (`lock or` on x64, `dmb ish` on arm64): all that TryAppend and Complete write is released (STLR), which keeps no later load back (LDAPR),
        // and a reader that has looked already would sleep over it until the next pass, and for good when it was the last.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiter) is not null)
        {
            Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
        }
    }

    /// <summary>Nothing more comes. On the shard.</summary>
    public void Complete()
    {
        Close();
        _isComplete = true;
        Publish();
    }

    /// <summary>The next packet, valid until the next call. The reader only.</summary>
    public bool TryRead(out LivePacket packet)
    {
        packet = default;
        while (true)
        {
            if (_current is { } block)
            {
                // Before the bytes: who sees the block closed sees all that was written.
                bool isClosed = Volatile.Read(ref block.IsClosed);
                if (_at < Volatile.Read(ref block.WrittenBytes))
                {
                    packet = ReadFrom(block);
                    return true;
                }

                if (!isClosed)
                {
                    return false;
                }

                _current = null;
                slabs.Release(block.Slab);
            }

            _at = 0;
            if (!_blocks.TryDequeue(out _current))
            {
                return false;
            }
        }
    }

    /// <summary>Over when there may be something to read, or nothing more comes. The reader only; goes on on the thread pool.</summary>
    public Task WaitAsync()
    {
        TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // A full fence; pairs with the one in Publish: either the shard sees us, or we see what it appended.
        Interlocked.Exchange(ref _waiter, waiter);
        bool hasMore = _current is { } block && (_at < Volatile.Read(ref block.WrittenBytes) || Volatile.Read(ref block.IsClosed));
        if (hasMore || _isComplete || !_blocks.IsEmpty)
        {
            waiter.TrySetResult();
        }

        return waiter.Task;
    }

    /// <summary>Gives everything back. The reader, when it reads no more and the shard appends no more.</summary>
    public void Release()
    {
        Drop();
        if (_current is { } block)
        {
            slabs.Release(block.Slab);
            _current = null;
        }

        if (_isRenter)
        {
            _isRenter = false;
            slabs.Leave();
        }
    }

    private void EnterOnce()
    {
        if (!_isRenter)
        {
            _isRenter = true;
            slabs.Enter();
        }
    }

    private LivePacket ReadFrom(LiveBlock block)
    {
        ReadOnlySpan<byte> record = block.Slab.SpanView[_at..];
        int length = BinaryPrimitives.ReadInt32LittleEndian(record);
        byte flags = record[5];
        if ((flags & StartsGroup) != 0)
        {
            Interlocked.Decrement(ref _unreadGroups);
        }

        _at += HeaderBytes + length;
        long arrivalMicros = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        Volatile.Write(ref _readMicros, arrivalMicros);
        return new LivePacket(record[4], (flags & AfterGap) != 0, arrivalMicros, record.Slice(HeaderBytes, length));
    }

    private void Close()
    {
        if (_last is not null)
        {
            Volatile.Write(ref _last.IsClosed, true);
            _last = null;
        }
    }
}
