namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>Hears of every packet of a capture; spans end with the call.</summary>
internal interface IPacketHandler
{
    /// <summary>A segment of TCP.</summary>
    void OnSegment(in TcpSegment segment, ReadOnlySpan<byte> payload);

    /// <summary>A datagram of UDP.</summary>
    void OnDatagram(in IpAddressPair pair, int fromPort, int toPort, ReadOnlySpan<byte> payload, long micros);
}
