using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>Clients with the same tracks on the same channels: what they get is the same bytes, so they share one plan a batch.</summary>
internal sealed class TcpClass(byte[] rtpChannels, byte[] rtcpChannels)
{
    private int[] _descriptors = [];

    /// <summary>The members that are in step.</summary>
    public List<TcpViewer> InStep { get; } = [];

    /// <summary>Their descriptors, densely: a pass that goes through whole touches nothing else of a client.</summary>
    public ReadOnlySpan<int> Descriptors => _descriptors.AsSpan(0, InStep.Count);

    /// <summary>Bytes that each member in step has got since the class was made.</summary>
    public long SentBytes { get; set; }

    /// <summary>When that last grew.</summary>
    public long LastPassMicros { get; set; }

    /// <summary>All members, in step or not.</summary>
    public int Members { get; set; }

    /// <summary>Puts a member in step, last.</summary>
    public void Enter(TcpViewer viewer)
    {
        viewer.Slot = InStep.Count;
        viewer.ClassBytesBefore = SentBytes;
        if (viewer.Slot == _descriptors.Length)
        {
            Array.Resize(ref _descriptors, Math.Max(16, viewer.Slot * 2));
        }

        _descriptors[viewer.Slot] = viewer.Stream.Descriptor;
        InStep.Add(viewer);
    }

    /// <summary>Takes a member out of step; the last one takes its place.</summary>
    public void Leave(TcpViewer viewer)
    {
        TcpViewer last = InStep[^1];
        InStep[viewer.Slot] = last;
        _descriptors[viewer.Slot] = last.Stream.Descriptor;
        last.Slot = viewer.Slot;
        InStep.RemoveAt(InStep.Count - 1);
        viewer.Slot = -1;
        viewer.Stream.NoteSent(SentBytes - viewer.ClassBytesBefore, LastPassMicros);
    }

    /// <summary>True for a viewer with the same channels.</summary>
    public bool Fits(TcpViewer viewer) =>
        viewer.RtpChannels.AsSpan().SequenceEqual(rtpChannels) && viewer.RtcpChannels.AsSpan().SequenceEqual(rtcpChannels);

    /// <summary>The channel of a packet for this class, or <see cref="TcpViewer.NoChannel"/>: it does not get it.</summary>
    public byte ChannelOf(in RingEntry entry)
    {
        byte[] channels = entry.IsRtcp ? rtcpChannels : rtpChannels;
        return entry.Track < channels.Length ? channels[entry.Track] : TcpViewer.NoChannel;
    }
}
