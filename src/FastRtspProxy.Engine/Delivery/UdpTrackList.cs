using System.Runtime.InteropServices;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The in-step viewers of one track: their addresses stand densely in native memory, where the message vector points. Sending goes from the first to the
/// last; <see cref="Done"/> of them have got the run under way, and taking a viewer out keeps that true.
/// </summary>
internal sealed unsafe class UdpTrackList(int track) : IDisposable
{
    private UdpViewer[] _viewers = [];
    private PeerAddress* _addresses;
    private int _named;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them the present run has reached.</summary>
    public int Done { get; set; }

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

        _named += viewer.Tracks[track].Source.IsEmpty ? 0 : 1;
        Put(Count++, viewer);
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
