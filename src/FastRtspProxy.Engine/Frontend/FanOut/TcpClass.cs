using FastRtspProxy.Engine.Net.Linux;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Clients with the same tracks on the same channels: what they get is the same bytes, so they share one plan a batch.</summary>
internal sealed class TcpClass(byte[] rtpChannels, byte[] rtcpChannels)
{
    /// <summary>The members that are in step.</summary>
    public List<TcpViewer> InStep { get; } = [];

    /// <summary>All members, in step or not.</summary>
    public int Members { get; set; }

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
