using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Rtcp;

/// <summary>
/// Walks the packets of one compound (RFC 3550 section 6.1). It does not insist on SR or RR first: cameras send SDES or BYE alone. What follows a
/// packet that can not be believed is not read, nor what follows so many packets as no compound has.
/// </summary>
public ref struct RtcpCompoundReader
{
    /// <summary>A report of each of 31 sources and as many names: whoever walks a compound acts on each of its packets.</summary>
    public const int PacketsMax = 64;

    private ReadOnlySpan<byte> _rest;
    private int _packets;

    public RtcpCompoundReader(ReadOnlySpan<byte> compound) => _rest = compound;

    /// <summary>True once the reader stopped in front of bytes that are no packet, or one too many.</summary>
    public bool Malformed { get; private set; }

    public bool MoveNext(out RtcpPacketView packet)
    {
        packet = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (++_packets > PacketsMax || _rest.Length < RtcpPacketView.HeaderBytes || _rest[0] >> 6 != 2 || _rest[1] is < 192 or > 223)
        {
            return Stop();
        }

        int bytes = 4 * (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) + 1);
        if (bytes > _rest.Length)
        {
            return Stop();
        }

        ReadOnlySpan<byte> one = _rest[..bytes];
        if ((one[0] & 0x20) != 0)
        {
            int padding = one[^1];
            if (padding == 0 || padding > bytes - RtcpPacketView.HeaderBytes)
            {
                return Stop();
            }

            one = one[..^padding];
        }

        if (one.Length < NeededBytes(one))
        {
            return Stop();
        }

        packet = new RtcpPacketView(one);
        _rest = _rest[bytes..];
        return true;
    }

    private static int NeededBytes(ReadOnlySpan<byte> packet)
    {
        int count = packet[0] & 0x1f;
        return (RtcpPacketType)packet[1] switch
        {
            RtcpPacketType.SenderReport => RtcpPacketView.HeadBytes + RtcpPacketView.SenderInfoBytes + (count * RtcpPacketView.BlockBytes),
            RtcpPacketType.ReceiverReport => RtcpPacketView.HeadBytes + (count * RtcpPacketView.BlockBytes),
            RtcpPacketType.Bye => RtcpPacketView.HeaderBytes + (RtcpPacketView.SsrcBytes * count),
            RtcpPacketType.Application => RtcpPacketView.HeadBytes + RtcpPacketView.ApplicationNameBytes,
            RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback => RtcpPacketView.HeadBytes + RtcpPacketView.SsrcBytes,
            RtcpPacketType.ExtendedReport => RtcpPacketView.HeadBytes,
            _ => RtcpPacketView.HeaderBytes,
        };
    }

    private bool Stop()
    {
        Malformed = true;
        _rest = default;
        return false;
    }
}
