using System.Diagnostics;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The in-step viewers of one track: their addresses stand densely in native memory, where the message vector points. Sending goes from the first to
/// the last; <see cref="Done"/> of them have got the run under way, and taking a viewer out keeps that true.
/// </summary>
internal sealed unsafe class UdpTrackList(int track) : IDisposable
{
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

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them the present run has reached: the first ones, never more than there are.</summary>
    public int Done
    {
        get;
        set
        {
            Debug.Assert(value >= 0 && value <= Count, "A run reaches viewers that are there.");
            field = value;
        }
    }

    /// <summary>Messages to some of them name the address that they leave from.</summary>
    public bool NamesSources => _named > 0;

    /// <summary>The address of the viewer at an index.</summary>
    public PeerAddress* AddressAt(int index) => _addresses + index;

    /// <summary>The viewer at an index.</summary>
    public UdpViewer this[int index] => _viewers[index];

    public void Add(UdpViewer viewer)
    {
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
        if (hole < Done)
        {
            // The last one that is done moves into the hole, the last of all into its place.
            Done--;
            Move(Done, hole);
            hole = Done;
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
        Done = 0;
        Count = 0;
    }

    [Conditional("DEBUG")]
    private void AssertValid()
    {
        Debug.Assert(Count <= _viewers.Length && Done <= Count && _named >= 0 && _named <= Count, "The counts are of viewers that are there.");
        for (int i = 0; i < Count && Count <= CheckedWholeMax; i++)
        {
            Debug.Assert(_viewers[i].Tracks[track].Slot == i, "A viewer knows its place.");
        }
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
