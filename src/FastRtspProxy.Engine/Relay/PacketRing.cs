using System.Diagnostics;
using System.Numerics;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The packet broadcast ring of one mount: one producer (the mount's shard), any number of cursors. A packet is copied once, densely, behind its
/// interleaved header, so that what a TCP client gets are the bytes in memory. The producer never waits: a reader that falls out of what is kept is
/// lapped and told so.
/// </summary>
/// <remarks>
/// Reclaiming. A shard announces the lowest sequence that it is about to read, fences, and then reads <see cref="Tail"/>; the producer moves the
/// tail, fences, and then reads the announcements. So either the producer sees the announcement and keeps the slab, or the shard sees the new tail
/// and keeps off. Both fences are needed, on every processor: a store may pass a later load in x64's store buffer, and a release store does not keep
/// a later acquire load back on arm64 either (Volatile.Read is LDAPR there). What can go wrong without each is in models/ring.pml.
/// </remarks>
internal sealed partial class PacketRing
{
    /// <summary>The largest packet that a frame can carry: its length is a 16-bit number.</summary>
    public const int PacketBytesMax = InterleavedFrame.PayloadBytesMax;

    /// <summary>A slab is full with a packet for so many of its bytes, however small they are: what is kept bounds the entries, too.</summary>
    private const int SlabBytesAPacket = 64;

    /// <summary>A slab holds a quarter of a second where there is one of that size.</summary>
    private const int SlabsASecond = 4;

    private readonly SlabPool _pool;
    private readonly Queue<KeptSlab> _kept = new();

    private readonly AccessUnits _units = new();
    private readonly RetiredSlabs _retired;

    private EntryTable _entries; // mutable struct: not readonly

    /// <summary>How much is kept; replaced as a whole, on the producer, by <see cref="Change"/>.</summary>
    private RingOptions _options;
    private Slab? _slab;
    private int _slabUsedBytes;
    private long _slabEnd;

    /// <summary>Bytes of the slabs in <see cref="_kept"/>.</summary>
    private long _keptBytes;
    private AppendRate _rate = new(); // mutable struct: not readonly
    private long _bytesPerSecond;
    private long _next;

    /// <summary>Nobody reads below, and nobody will: entries there may be written over. Never goes back. Only the producer.</summary>
    private long _freedTo;

    /// <summary>True once <see cref="Dispose"/> has run: nothing is appended any more. Only the producer.</summary>
    private bool _isDisposed;
    private long _appendedBytes;
    private long _wokenForDropped;
    private PaddedLong _head;
    private PaddedLong _tail;
    private long _newestRandomAccess = -1;
    private long _clearedTo;

    public PacketRing(SlabPool pool, RingOptions options, int shardCount)
    {
        _pool = pool;
        _entries = new EntryTable(pool);
        _options = options;
        _readers = new RingReader[shardCount][];
        _retired = new RetiredSlabs(_readers);
        _listeners = new IRingListener?[shardCount];
    }

    /// <summary>How many shards may read it.</summary>
    public int Shards => _readers.Length;

    /// <summary>Where its slabs come from: whoever keeps packets beside it keeps them within the same budget. Any thread.</summary>
    public SlabPool Pool => _pool;

    /// <summary>One past the newest published packet. Any thread.</summary>
    public long Head => Volatile.Read(ref _head.Value);

    /// <summary>The oldest packet that may still be read. Any thread.</summary>
    public long Tail => Volatile.Read(ref _tail.Value);

    /// <summary>
    /// What lies before was thrown away with its camera at the latest, however fast its readers were; never goes back. Any thread: an acquire load,
    /// which pairs with the release store in <see cref="Clear"/>: whoever was lapped by it sees it.
    /// </summary>
    public long ClearedTo => Volatile.Read(ref _clearedTo);

    /// <summary>The first packet of the newest published access unit that a decoder can start from; -1: none is kept. Any thread.</summary>
    public long NewestRandomAccess => Volatile.Read(ref _newestRandomAccess);

    /// <inheritdoc cref="AccessUnits.VideoTracks"/>
    public uint VideoTracks => _units.VideoTracks;

    /// <inheritdoc cref="AccessUnits.HasReordering"/>
    public bool HasReordering => _units.HasReordering;

    /// <inheritdoc cref="AccessUnits.RandomAccessIntervalMicros"/>
    public long RandomAccessIntervalMicros => _units.RandomAccessIntervalMicros;

    /// <summary>How many bytes of packets it keeps at the most. Any thread.</summary>
    public long KeepBytes => Volatile.Read(ref _options).KeepBytes;

    /// <summary>Bytes of the slabs that the ring holds. On the producer; <see cref="KeptBytes"/> is for everybody.</summary>
    public long HeldBytes => _keptBytes + (_slab?.Bytes ?? 0);

    /// <summary>What was appended in a second, of the last seconds; 0: it is not known yet. Any thread: a figure on its own.</summary>
    public long BytesPerSecond => Volatile.Read(ref _bytesPerSecond);

    /// <summary>Bytes of all frames that were appended so far; never goes back. On the producer.</summary>
    public long AppendedBytes => _appendedBytes;

    /// <summary>Packets that found no memory: the budget is used up and nothing of our own could be given up.</summary>
    public long DroppedForMemory { get; private set; }

    /// <summary>
    /// Appends a packet and gives its copy back, which may be patched until <see cref="Publish"/>. On the producer. An empty span: no memory, the
    /// packet is dropped and counted (its sequence number stays used: the gap is honest), or the ring is disposed.
    /// </summary>
    /// <param name="track">Index of the track; the frame's channel is twice that, one more for RTCP.</param>
    /// <param name="flags">What the classifier said; the ring itself adds <see cref="EntryFlags.FrameStart"/>.</param>
    /// <param name="sequenceNumber">On the mount's time line.</param>
    /// <param name="timestamp">On the mount's time line, in ticks of the track's clock.</param>
    /// <param name="arrivalMicros">On the shard's clock.</param>
    /// <param name="packet">At most <see cref="PacketBytesMax"/>.</param>
    public Span<byte> Append(int track, EntryFlags flags, ushort sequenceNumber, uint timestamp, long arrivalMicros, ReadOnlySpan<byte> packet)
    {
        AssertValid();
        if (_isDisposed)
        {
            return [];
        }

        int frameBytes = packet.Length + InterleavedFrame.HeaderBytes;
        if (packet.Length > PacketBytesMax || !HasRoom(frameBytes, arrivalMicros))
        {
            DroppedForMemory++;
            return [];
        }

        Span<byte> frame = _slab!.SpanView.Slice(_slabUsedBytes, frameBytes);
        InterleavedFrame.Write(frame, (byte)((track * 2) + ((flags & EntryFlags.Rtcp) != 0 ? 1 : 0)), packet.Length);
        packet.CopyTo(frame[InterleavedFrame.HeaderBytes..]);

        long sequence = _next++;
        if ((flags & EntryFlags.Rtcp) == 0)
        {
            flags = _units.Note(track, flags, timestamp, sequence, arrivalMicros, _tail.Value);
        }

        ref RingEntry entry = ref _entries[sequence];
        entry.Slab = _slab;
        entry.ArrivalMicros = arrivalMicros;
        entry.OffsetBytes = _slabUsedBytes;
        entry.PacketBytes = packet.Length;
        entry.Timestamp = timestamp;
        entry.SequenceNumber = sequenceNumber;
        entry.Track = (byte)track;
        entry.Flags = flags;
        _appendedBytes += frameBytes;
        entry.EndBytes = _appendedBytes;
        _slabUsedBytes += frameBytes;
        return frame[InterleavedFrame.HeaderBytes..];
    }

    /// <summary>Something was appended that nobody sees yet. On the producer.</summary>
    public bool HasUnpublished => _next != _head.Value;

    /// <summary>Makes everything appended visible and wakes the shards that listen, once. On the producer.</summary>
    public void Publish()
    {
        AssertValid();
        if (_next == _head.Value)
        {
            if (_wokenForDropped != DroppedForMemory)
            {
                // Nothing new to read, but readers that hold slabs must hear of the shortage, or it would last as long as they do.
                _wokenForDropped = DroppedForMemory;
                Wake();
            }

            return;
        }

        // Release stores; they pair with the acquire loads of Head and NewestRandomAccess by readers: whoever sees the number sees the entries, on
        // arm64 too.
        Volatile.Write(ref _newestRandomAccess, _units.Newest);
        Volatile.Write(ref _head.Value, _next);
        Wake();
    }

    /// <summary>
    /// Nothing before this point is served to anybody any more: the back-end has stopped. The slabs go back at once, or, where somebody is in the
    /// middle of reading, with the last who leaves, for nobody knows when the producer comes by again. On the producer.
    /// </summary>
    public void Clear()
    {
        AssertValid();

        // A release store before the tail moves; pairs with the acquire load in ClearedTo by readers whom the moved tail has lapped.
        Volatile.Write(ref _clearedTo, _next);

        // A release store; readers' acquire load of Head then finds the tail, below, moved or about to be: a scope ends up empty, or is kept for by
        // its announcement.
        Volatile.Write(ref _head.Value, _next);
        _units.Clear();
        Volatile.Write(ref _newestRandomAccess, -1);
        _rate.Interrupt();
        CloseSlab(0);
        MoveTail(_next);
        FreeBelowTail();
        RetireKept();
        Kept.Note(HeldBytes, KeptFromMicros(0));
        _entries.Empty(mayBeRead: _freedTo != _next, isLast: _isDisposed);
    }

    /// <summary>
    /// Keeps more from now on, or less as it goes on: what is too much goes back when the next slab is needed, and no reader is lapped before. On the
    /// producer.
    /// </summary>
    public void Change(RingOptions options) => Volatile.Write(ref _options, options); // a release store; pairs with the acquire load in KeepBytes

    /// <inheritdoc cref="AccessUnits.ForgetTracks"/>
    /// <remarks>On the producer, with nothing left in the ring.</remarks>
    public void ForgetTracks() => _units.ForgetTracks();

    /// <summary>
    /// The mount is gone: as <see cref="Clear"/>, and whatever its camera still sends finds no memory. Readers may be there. On the producer.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        Clear();
    }

    /// <summary>What <see cref="FreeBelowTail"/> had to leave, in a place where the readers find it. On the producer, with the tail moved.</summary>
    private void RetireKept()
    {
        while (_kept.TryDequeue(out KeptSlab kept))
        {
            _keptBytes -= kept.Slab.Bytes;
            _retired.Retire(new RetiredSlab(kept.Slab, kept.EndSequence));
        }

        _retired.Free();
    }

    private long LowestReading() => RingReader.Lowest(_readers);

    private bool HasRoom(int frameBytes, long nowMicros)
    {
        if (_slab is null || _slabUsedBytes + frameBytes > _slab.Bytes || _next >= _slabEnd)
        {
            if (!TryNextSlab(frameBytes, nowMicros))
            {
                return false;
            }
        }

        if (_next - _freedTo < _entries.Capacity || _entries.TryGrow(_freedTo, _next))
        {
            return true;
        }

        GiveUpOldest(nowMicros);
        return _next - _freedTo < _entries.Capacity;
    }

    /// <summary>Closes the present slab and gets another one: a new one, or under memory pressure the oldest of our own.</summary>
    private bool TryNextSlab(int frameBytes, long nowMicros)
    {
        CloseSlab(nowMicros);
        GiveUpUnneeded(nowMicros);
        if (_rate.Note(_appendedBytes, nowMicros))
        {
            Volatile.Write(ref _bytesPerSecond, _rate.BytesPerSecond);
        }

        int wantedBytes = _pool.Fitting(Math.Max(frameBytes, _rate.BytesPerSecond / SlabsASecond));
        if (frameBytes > wantedBytes)
        {
            return false;
        }

        _slab = _pool.TryRent(wantedBytes, frameBytes);
        for (long freedBytes = 0; _slab is null && freedBytes < wantedBytes && _kept.Count > 0;)
        {
            freedBytes += GiveUpOldest(nowMicros);
            _slab = _pool.TryRent(wantedBytes, frameBytes);
        }

        _slabUsedBytes = 0;
        _slabEnd = _next + Math.Min((_slab?.Bytes ?? 0) / SlabBytesAPacket, EntryTable.FreeCapacity); // else one slab may need what nobody lends
        _entries.Shrink(_freedTo, _next, nowMicros);
        Kept.Note(HeldBytes, KeptFromMicros(nowMicros));
        return _slab is not null;
    }

    private void CloseSlab(long nowMicros)
    {
        if (_slab is { } full)
        {
            _kept.Enqueue(new KeptSlab(full, _next, nowMicros));
            _keptBytes += full.Bytes;
            _slab = null;
        }
    }

    /// <summary>For want of memory. The bytes of its slab; 0: none is kept.</summary>
    private int GiveUpOldest(long nowMicros)
    {
        if (!_kept.TryPeek(out KeptSlab oldest))
        {
            return 0;
        }

        Kept.NoteGivenUp(oldest, _options, nowMicros);
        MoveTail(oldest.EndSequence);
        FreeBelowTail();
        return oldest.Slab.Bytes;
    }

    private void MoveTail(long sequence)
    {
        if (sequence <= _tail.Value)
        {
            return;
        }

        // A release store, and not enough against Read's load: the fence is in FreeBelowTail, once for several moves.
        Volatile.Write(ref _tail.Value, sequence);
        if (_units.ForgetBefore(sequence))
        {
            Volatile.Write(ref _newestRandomAccess, -1);
        }
    }

    /// <summary>Gives back the slabs that nobody may read any more.</summary>
    private void FreeBelowTail()
    {
        // Pairs with the fence in Read: the tail is out before we look at who reads. Store then load, so it takes a full fence (`lock or` on x64,
        // `dmb ish` on arm64).
        Interlocked.MemoryBarrier();
        long lowest = Math.Min(_tail.Value, LowestReading());
        while (_kept.TryPeek(out KeptSlab oldest) && oldest.EndSequence <= lowest)
        {
            _kept.Dequeue();
            _keptBytes -= oldest.Slab.Bytes;
            oldest.Slab.Release();
        }

        // Whoever announces a lower number from now on sees the tail and moves on before it reads an entry.
        _freedTo = Math.Max(_freedTo, lowest);
    }

    /// <summary>What holds between two calls of the producer, which alone writes what is read here.</summary>
    [Conditional("DEBUG")]
    private void AssertValid()
    {
        Debug.Assert(_freedTo <= _tail.Value, "Nothing is written over that a reader may still begin at.");
        Debug.Assert(_tail.Value <= _next && _head.Value <= _next, "Nothing is kept or published that was not appended.");
        Debug.Assert(_clearedTo <= _head.Value, "What was thrown away was published first, as its end.");
        Debug.Assert(_entries.Capacity == 0 || BitOperations.IsPow2(_entries.Capacity), "The index of an entry is its sequence under a mask.");
        Debug.Assert(_next - _freedTo <= _entries.Capacity, "Each packet that may be read has an entry of its own.");
        Debug.Assert(_slab is null || (uint)_slabUsedBytes <= (uint)_slab.Bytes, "A frame ends inside its slab.");
        Debug.Assert(
            _units.Newest == -1 || (_units.Newest >= _tail.Value && _units.Newest < _next),
            "A joiner begins at a packet that is kept.");
    }
}
