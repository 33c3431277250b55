using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>A playing interleaved client as the fan-out sees it. On the session's shard only.</summary>
internal sealed class TcpViewer(ControlStream stream, byte[] rtpChannels, byte[] rtcpChannels) : Viewer, IStreamRider
{
    /// <summary>The channel of a track that is not set up.</summary>
    public const byte NoChannel = 255;

    /// <summary>What it got alone, and with its class before it last left step.</summary>
    private long _ownBytes;
    private long _ownPackets;

    /// <summary>What its class had got when it came into step; of no meaning out of it.</summary>
    private long _bytesBefore;
    private long _packetsBefore;

    /// <summary>The connection that the media is interleaved in.</summary>
    public ControlStream Stream => stream;

    /// <summary>The RTP channel of each track of the mount, or <see cref="NoChannel"/>.</summary>
    public byte[] RtpChannels => rtpChannels;

    /// <summary>The RTCP channel of each track of the mount, or <see cref="NoChannel"/>.</summary>
    public byte[] RtcpChannels => rtcpChannels;

    /// <summary>How the connection carries it; those of another way have another class.</summary>
    public ViewerWay Way { get; init; } = ViewerWay.Tcp;

    /// <summary>Bytes that went out or wait to, with what frames the packets.</summary>
    public long SentBytes => _ownBytes + (State == TcpViewerState.InStep ? Class!.PassBytes - _bytesBefore : 0);

    /// <summary>Packets that did.</summary>
    public long SentPackets => _ownPackets + (State == TcpViewerState.InStep ? Class!.PassPackets - _packetsBefore : 0);

    /// <summary>Since it was last in step it has been behind for half as long as it may be.</summary>
    internal bool IsSlow { get; set; }

    /// <summary>How often it was moved forward.</summary>
    public int Skips { get; internal set; }

    /// <inheritdoc cref="TcpViewerState"/>
    internal TcpViewerState State { get; set; }

    /// <summary>Its place in its class's list while in step, in the list of those behind, or of those parked, otherwise.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>When it was parked; of no meaning in another state.</summary>
    internal long ParkedMicros { get; set; }

    /// <summary>
    /// While it is parked: what it needs of the access units that it is in the middle of. Null until it is parked for the first time.
    /// </summary>
    internal FrameRest? Rest { get; set; }

    internal override bool Has(int track) => track < rtpChannels.Length && rtpChannels[track] != NoChannel;

    /// <summary>Who serves it; null before it was added for the first time.</summary>
    internal TcpDelivery? Delivery { get; set; }

    /// <summary>Its connection takes bytes again.</summary>
    internal void OnWritable() => Delivery?.OnWritable(this);

    /// <inheritdoc/>
    long IStreamRider.LastProgressMicros => Class!.LastPassMicros;

    /// <inheritdoc/>
    void IStreamRider.OnParked() => Delivery?.LeaveStep(this);

    /// <inheritdoc/>
    void IStreamRider.OnClosing() => Delivery?.LeaveStep(this);

    /// <summary>It got something alone.</summary>
    internal void CountSent(long bytes, long packets)
    {
        _ownBytes += bytes;
        _ownPackets += packets;
    }

    /// <summary>From now on it gets what its class gets.</summary>
    internal void OnEntered() => (_bytesBefore, _packetsBefore) = (Class!.PassBytes, Class.PassPackets);

    /// <summary>What its class got meanwhile is its own.</summary>
    internal void OnLeft() => CountSent(Class!.PassBytes - _bytesBefore, Class.PassPackets - _packetsBefore);

    /// <summary>What its class had sent when it came into step.</summary>
    internal long ClassBytesBefore { get; set; }

    /// <summary>Its part of what may wait in the kernel for its connection; 0 before it is served, and when it is out again.</summary>
    internal int UnsentMarkBytes { get; set; }

    /// <summary>Its class.</summary>
    internal TcpClass? Class { get; set; }
}
