using System.Diagnostics;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The in-step viewers of one track: their addresses stand densely in native memory, where the message vector points. A pass goes through them in
/// blocks: all runs that it has for the track to a block, then the next block, so that most viewers have their frame whole long before the pass is
/// over. It begins at another viewer each time, comes from the last one to the first, and ends where it began; taking a viewer out in the middle
/// keeps who has had what.
/// </summary>
internal sealed unsafe class UdpTrackList(int track) : IDisposable
{
    /// <summary>
    /// Viewers that get all runs before the next ones get the first: with two runs for a thousand, blocks of 32 or 64 have the median viewer served
    /// as early as viewer by viewer does, at no more cost.
    /// </summary>
    public const int BlockViewers = 32;

    /// <summary>
    /// In Debug a list up to this long is looked through whole at each change; a longer one would make that the square of its length.
    /// </summary>
    private const int CheckedWholeMax = 64;

    /// <summary>The first <see cref="Count"/> are in step, each with its index as its track's slot; what lies behind is null.</summary>
    private UdpViewer[] _viewers = [];

    /// <summary>
    /// As many as <see cref="_viewers"/> has places; those of the first <see cref="Count"/> are set. Null before the first viewer and after
    /// <see cref="Dispose"/>.
    /// </summary>
    private PeerAddress* _addresses;

    /// <summary>How many of the viewers name the address that their messages leave from.</summary>
    private int _named;

    /// <inheritdoc cref="PassBegins"/>
    private PassBegins _begins;

    /// <summary>Where the pass begins. Before the turn the pass is at or behind it, after the turn at or before it.</summary>
    private int _begin;

    /// <summary>The pass has been at the last viewer, and goes on from the first one to <see cref="_begin"/>.</summary>
    private bool _hasTurned;

    /// <summary>A pass is under way: some have had its runs, or some of its runs, and others not.</summary>
    private bool _isUnderWay;

    /// <summary>
    /// The block under way: from here to <see cref="BlockEnd"/>. Those before it, back to where the pass began, have had all runs.
    /// </summary>
    private int _blockBegin;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>The first of the block that the present run has not reached; <see cref="BlockEnd"/>: it has reached all.</summary>
    public int Next
    {
        get;
        set
        {
            Debug.Assert(value >= _blockBegin && value <= BlockEnd, "A run reaches viewers of its block.");
            field = value;
        }
    }

    /// <summary>One past the last viewer of the block.</summary>
    public int BlockEnd { get; private set; }

    /// <summary>There is a block under way, with somebody in it.</summary>
    public bool HasBlock => BlockEnd > _blockBegin;

    /// <summary>The viewer at an index has had all runs of the pass under way.</summary>
    public bool HasHadAll(int index) =>
        _isUnderWay && (_hasTurned ? index >= _begin || index < _blockBegin : index >= _begin && index < _blockBegin);

    /// <summary>The viewer at an index is of the block under way.</summary>
    public bool IsInBlock(int index) => index >= _blockBegin && index < BlockEnd;

    /// <summary>Messages to some of them name the address that they leave from.</summary>
    public bool NamesSources => _named > 0;

    /// <summary>The address of the viewer at an index.</summary>
    public PeerAddress* AddressAt(int index) => _addresses + index;

    /// <summary>The viewer at an index.</summary>
    public UdpViewer this[int index] => _viewers[index];

    /// <summary>
    /// Goes to the next block, of at most so many viewers. False: there is none, the pass is over, and the next one begins elsewhere.
    /// </summary>
    public bool MoveToBlock(int viewersMax)
    {
        if (!_isUnderWay)
        {
            _isUnderWay = true;
            BlockEnd = _begin;
        }

        if (BlockEnd == Count && !_hasTurned)
        {
            _hasTurned = true;
            BlockEnd = 0;
        }

        int end = Math.Min(_hasTurned ? _begin : Count, BlockEnd + viewersMax);
        _blockBegin = BlockEnd;
        BlockEnd = end;
        Next = _blockBegin;
        if (HasBlock)
        {
            return true;
        }

        EndPass();
        return false;
    }

    /// <summary>The block has had a run, and gets the next one.</summary>
    public void EndRun() => Next = _blockBegin;

    /// <summary>The block has had all runs.</summary>
    public void EndBlock()
    {
        _blockBegin = BlockEnd;
        Next = BlockEnd;
    }

    /// <summary>Whoever has not had the runs of the pass under way does not get them any more.</summary>
    public void EndPass()
    {
        _isUnderWay = false;
        _hasTurned = false;
        BlockEnd = 0;
        _blockBegin = 0;
        Next = 0;

        // A list of one block is served at once, and would be cut in two.
        _begin = Count > BlockViewers ? _begins.Next(Count) : 0;
    }

    /// <summary>Between two passes: a viewer comes in, as the last one.</summary>
    public void Add(UdpViewer viewer)
    {
        Debug.Assert(!_isUnderWay, "Nobody comes into step in the middle of a batch.");
        if (Count == _viewers.Length)
        {
            int capacity = Math.Max(16, Count * 2);
            Array.Resize(ref _viewers, capacity);
            _addresses = (PeerAddress*)NativeMemory.Realloc(_addresses, (nuint)capacity * PeerAddress.Bytes);
        }

        Debug.Assert(viewer.Tracks[track].Slot < 0, "A viewer stands in the list once.");
        _named += viewer.Tracks[track].Source.IsEmpty ? 0 : 1;
        Put(Count++, viewer);
        AssertValid();
    }

    /// <summary>
    /// Takes a viewer out, at any time. The bounds of who has had what follow each other in the list: from the first bound behind the hole on, the
    /// viewer before each bound moves into the hole, leaves its own place as the hole, and the bound moves down to it.
    /// </summary>
    public void Remove(UdpViewer viewer)
    {
        // A viewer of an earlier description may have fewer tracks.
        int hole = track < viewer.Tracks.Length ? viewer.Tracks[track].Slot : -1;
        if (hole < 0)
        {
            return;
        }

        viewer.Tracks[track].Slot = -1;
        _named -= viewer.Tracks[track].Source.IsEmpty ? 0 : 1;
        if (!_hasTurned)
        {
            _begin = MoveDown(_begin, ref hole);
        }

        int begin = MoveDown(_blockBegin, ref hole);
        int next = MoveDown(Next, ref hole);
        int end = MoveDown(BlockEnd, ref hole);
        (_blockBegin, BlockEnd, Next) = (begin, end, next);
        if (_hasTurned)
        {
            _begin = MoveDown(_begin, ref hole);
        }

        Count--;
        Move(Count, hole);
        _viewers[Count] = null!;
        AssertValid();
    }

    /// <summary>The viewer's address has changed, if it is in the list.</summary>
    public void Readdress(UdpViewer viewer)
    {
        if (track < viewer.Tracks.Length && viewer.Tracks[track].Slot is >= 0 and int slot)
        {
            _addresses[slot] = viewer.Tracks[track].Rtp.ForKernel();
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_addresses);
        _addresses = null;
        Count = 0;
        EndPass();
    }

    [Conditional("DEBUG")]
    private void AssertValid()
    {
        Debug.Assert(Count <= _viewers.Length && _named >= 0 && _named <= Count, "The counts are of viewers that are there.");
        Debug.Assert(_blockBegin <= Next && Next <= BlockEnd && BlockEnd <= Count && _begin <= Count, "The bounds are in their order.");
        Debug.Assert(!_isUnderWay || (_hasTurned ? BlockEnd <= _begin : _blockBegin >= _begin), "The pass is where its turn says.");
        for (int i = 0; i < Count && Count <= CheckedWholeMax; i++)
        {
            Debug.Assert(_viewers[i].Tracks[track].Slot == i, "A viewer knows its place.");
        }
    }

    private int MoveDown(int bound, ref int hole)
    {
        if (hole >= bound)
        {
            return bound;
        }

        bound--;
        Move(bound, hole);
        hole = bound;
        return bound;
    }

    private void Move(int from, int to)
    {
        if (from != to)
        {
            Put(to, _viewers[from]);
        }
    }

    private void Put(int index, UdpViewer viewer)
    {
        _viewers[index] = viewer;
        _addresses[index] = viewer.Tracks[track].Rtp.ForKernel();
        viewer.Tracks[track].Slot = index;
    }
}
