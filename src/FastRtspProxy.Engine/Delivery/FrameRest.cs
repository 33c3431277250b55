using System.Diagnostics;
using System.Numerics;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// What a parked TCP viewer still needs of the access units that it is in the middle of. Holds the slabs, so that the unit is finished even when the
/// ring has gone on meanwhile: half a picture is worse than none. Of each video track that is the packets from the viewer's cursor on that come
/// before the next unit begins, also those that are not published yet. One a viewer, reused; on the shard only.
/// </summary>
internal sealed class FrameRest
{
    private const int FirstCapacity = 64;

    /// <summary>The slabs of the held packets, in their order, each held once. Empty exactly when no packet is held.</summary>
    private readonly List<Slab> _slabs = [];

    /// <summary>The held packets, in the ring's order; a power of two long, as the view needs.</summary>
    private RingEntry[] _entries = new RingEntry[FirstCapacity];

    /// <summary>Tracks (a bit each) whose access unit is held to its end: nothing more of them is wanted.</summary>
    private uint _closedTracks;

    /// <summary>Tracks (a bit each) of whose access unit packets are held.</summary>
    private uint _heldTracks;

    /// <summary>Packets held.</summary>
    public int Count { get; private set; }

    /// <summary>Of them, those that were sent or parked: the first ones, never fewer than before until <see cref="Clear"/>.</summary>
    public int Sent
    {
        get;
        set
        {
            Debug.Assert(value <= Count && (value == 0 || value >= field), "What is sent is held, and stays sent.");
            field = value;
        }
    }

    /// <summary>Its place in the list of those that wait for packets to be published; -1: not in it.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>The next packet to be looked at.</summary>
    public long Next { get; private set; }

    /// <summary>Held packets that are not sent.</summary>
    public bool IsPending => Sent < Count;

    /// <summary>The end of an access unit of which packets are held is not published. A track that is silent has none that is waited for.</summary>
    public bool IsOpen => (_heldTracks & ~_closedTracks) != 0;

    /// <summary>The held packets; sequences are 0 to <see cref="Count"/>.</summary>
    public RingEntries View => new(_entries);

    /// <summary>Begins to hold what comes from a viewer's cursor on.</summary>
    public void Begin(long cursor)
    {
        Clear();
        Next = cursor;
        AssertValid();
    }

    /// <summary>
    /// Takes what was published; true when nothing more is needed. Inside a read scope that begins at <see cref="Next"/> or before.
    /// </summary>
    public bool Extend(in RingEntries entries, long to, TcpClass channels, uint videoTracks)
    {
        AssertValid();
        for (; Next < to && (_closedTracks & videoTracks) != videoTracks; Next++)
        {
            ref readonly RingEntry entry = ref entries[Next];
            uint track = 1u << entry.Track;
            if (entry.IsRtcp || (videoTracks & track) == 0 || (_closedTracks & track) != 0)
            {
                continue;
            }

            if ((entry.Flags & EntryFlags.FrameStart) == 0 && channels.ChannelOf(entry) != TcpViewer.NoChannel)
            {
                Add(entry);
                _heldTracks |= track;
            }

            if ((entry.Flags & (EntryFlags.FrameStart | EntryFlags.Marker)) != 0)
            {
                _closedTracks |= track;
            }
        }

        AssertValid();
        return (_closedTracks & videoTracks) == videoTracks;
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        AssertValid();
        foreach (Slab slab in _slabs)
        {
            slab.Release();
        }

        _slabs.Clear();
        Array.Clear(_entries, 0, Count);
        Sent = 0;
        Count = 0;
        _closedTracks = 0;
        _heldTracks = 0;
    }

    private void Add(in RingEntry entry)
    {
        if (_slabs.Count == 0 || _slabs[^1] != entry.Slab)
        {
            entry.Slab.AddHolder();
            _slabs.Add(entry.Slab);
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2); // stays a power of two, as RingEntries needs
        }

        _entries[Count++] = entry;
    }

    [Conditional("DEBUG")]
    private void AssertValid()
    {
        Debug.Assert(Sent >= 0 && Sent <= Count && Count <= _entries.Length, "What is sent is held.");
        Debug.Assert(BitOperations.IsPow2(_entries.Length), "The index of an entry is its sequence under a mask.");
        Debug.Assert(_slabs.Count == 0 == (Count == 0) && _slabs.Count <= Count, "Slabs are held for packets only.");
    }
}
