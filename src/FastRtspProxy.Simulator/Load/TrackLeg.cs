using System.Net;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>A track of a client and how it reaches it.</summary>
internal sealed class TrackLeg(TrackReceiver receiver)
{
    public TrackReceiver Receiver => receiver;

    /// <summary>Over UDP.</summary>
    public UdpReceiver? Rtp { get; set; }

    /// <inheritdoc cref="Rtp"/>
    public UdpReceiver? Rtcp { get; set; }

    /// <summary>Whose group it listens to; null: to none.</summary>
    public GroupReceivers? Group { get; set; }

    /// <summary>Over UDP: where reports go, null when the server did not say.</summary>
    public SocketAddress? ReportsTo { get; set; }

    /// <summary>Over TCP: the channels.</summary>
    public byte RtpChannel { get; set; }

    /// <inheritdoc cref="RtpChannel"/>
    public byte RtcpChannel { get; set; }

    public void Pause()
    {
        Rtp?.Pause();
        Rtcp?.Pause();
    }

    public void Close()
    {
        Rtp?.Close();
        Rtcp?.Close();
        Group?.Leave(receiver);
        Group = null;
    }
}
