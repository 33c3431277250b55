namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>What the header of a segment says.</summary>
/// <param name="Pair">Who, and to whom.</param>
/// <param name="FromPort">Its port.</param>
/// <param name="ToPort">Its port.</param>
/// <param name="Number">Of the first byte.</param>
/// <param name="Flags">FIN 1, SYN 2, RST 4, ACK 16.</param>
/// <param name="LengthSent">Of the payload, also where less was captured.</param>
/// <param name="Micros">When, since 1970.</param>
internal readonly record struct TcpSegment(IpAddressPair Pair, int FromPort, int ToPort, uint Number, int Flags, int LengthSent, long Micros)
{
    public bool IsSyn => (Flags & 2) != 0;

    public bool IsAck => (Flags & 16) != 0;

    public bool Ends => (Flags & 5) != 0;
}
