using System.Diagnostics;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>Clients with the same tracks on the same channels: what they get is the same bytes, so they share one plan a batch.</summary>
/// <param name="rtpChannels">As <see cref="TcpViewer.RtpChannels"/>.</param>
/// <param name="rtcpChannels">As <see cref="TcpViewer.RtcpChannels"/>.</param>
/// <param name="isWrapped">True: their connections have TLS or are WebSockets, so each sends the plan itself, encrypted or framed.</param>
/// <param name="way">What their packets are counted by.</param>
internal sealed class TcpClass(byte[] rtpChannels, byte[] rtcpChannels, bool isWrapped, ViewerWay way = ViewerWay.Tcp)
{
    /// <summary>
    /// In Debug a class up to this large is looked through whole at each change; a larger one would make that the square of its size.
    /// </summary>
    private const int CheckedWholeMax = 64;

    /// <summary>The first of them are those of <see cref="InStep"/>, place by place; it only grows.</summary>
    private int[] _descriptors = [];

    /// <inheritdoc cref="PassBegins"/>
    private PassBegins _begins;

    /// <summary>The members that are in step.</summary>
    public List<TcpViewer> InStep { get; } = [];

    /// <summary>Their descriptors, densely: a pass that goes through whole touches nothing else of a client.</summary>
    public ReadOnlySpan<int> Descriptors => _descriptors.AsSpan(0, InStep.Count);

    /// <inheritdoc cref="TcpClass" path="/param[@name='isWrapped']"/>
    public bool IsWrapped => isWrapped;

    /// <summary>
    /// Bytes that each member in step has got since the class was made; none in a class of such, whose connections count by themselves.
    /// </summary>
    public long SentBytes { get; set; }

    /// <summary>What each member in step has got since the class was made, whether its connection counts by itself or not.</summary>
    public long PassBytes { get; private set; }

    /// <inheritdoc cref="PassBytes"/>
    public long PassPackets { get; private set; }

    /// <summary>Somebody came into step who has got nothing yet.</summary>
    public bool AwaitsFirst { get; set; }

    /// <summary>When <see cref="SentBytes"/> last grew.</summary>
    public long LastPassMicros { get; set; }

    /// <summary>All members, in step or not.</summary>
    public int Members { get; set; }

    /// <summary>All who are in step now have got a plan.</summary>
    public void CountPass(int bytes, int packets, DeliveryCounters counters)
    {
        PassBytes += bytes;
        PassPackets += packets;
        counters.CountSent(way, (long)bytes * InStep.Count, (long)packets * InStep.Count);
    }

    /// <summary>Puts a member in step, last.</summary>
    public void Enter(TcpViewer viewer)
    {
        Debug.Assert(viewer.Class == this && viewer.Slot < 0 && InStep.Count < Members, "A member that is out of step comes into it.");
        viewer.Slot = InStep.Count;
        viewer.ClassBytesBefore = SentBytes;
        viewer.OnEntered();
        AwaitsFirst |= viewer.AskedMicros > 0;
        if (viewer.Slot == _descriptors.Length)
        {
            Array.Resize(ref _descriptors, Math.Max(16, viewer.Slot * 2));
        }

        _descriptors[viewer.Slot] = viewer.Stream.Descriptor;
        InStep.Add(viewer);
        AssertValid();
    }

    /// <summary>Takes a member out of step; the last one takes its place.</summary>
    public void Leave(TcpViewer viewer)
    {
        Debug.Assert(InStep[viewer.Slot] == viewer, "A viewer in step knows its place.");
        TcpViewer last = InStep[^1];
        InStep[viewer.Slot] = last;
        _descriptors[viewer.Slot] = last.Stream.Descriptor;
        last.Slot = viewer.Slot;
        InStep.RemoveAt(InStep.Count - 1);
        viewer.Slot = -1;
        viewer.OnLeft();
        if (!isWrapped)
        {
            viewer.Stream.NoteSent(SentBytes - viewer.ClassBytesBefore, LastPassMicros);
        }

        AssertValid();
    }

    /// <summary>The order of the next pass to those in step.</summary>
    public TcpTurn NextTurn() => new(_begins.Next(InStep.Count), InStep.Count);

    /// <summary>True for a viewer with the same channels, whose connection is as the others'.</summary>
    public bool Fits(TcpViewer viewer) =>
        viewer.Stream.IsWrapped == isWrapped
        && viewer.Way == way
        && viewer.RtpChannels.AsSpan().SequenceEqual(rtpChannels)
        && viewer.RtcpChannels.AsSpan().SequenceEqual(rtcpChannels);

    /// <summary>The channel of a packet for this class, or <see cref="TcpViewer.NoChannel"/>: it does not get it.</summary>
    public byte ChannelOf(in RingEntry entry)
    {
        byte[] channels = entry.IsRtcp ? rtcpChannels : rtpChannels;
        return entry.Track < channels.Length ? channels[entry.Track] : TcpViewer.NoChannel;
    }

    [Conditional("DEBUG")]
    private void AssertValid()
    {
        Debug.Assert(InStep.Count <= Members && InStep.Count <= _descriptors.Length, "Those in step are members, with a descriptor each.");
        for (int i = 0; i < InStep.Count && InStep.Count <= CheckedWholeMax; i++)
        {
            Debug.Assert(InStep[i].Slot == i && InStep[i].Class == this, "A viewer knows its place.");
            Debug.Assert(_descriptors[i] == InStep[i].Stream.Descriptor, "What is sent to a descriptor is its viewer's.");
        }
    }
}
