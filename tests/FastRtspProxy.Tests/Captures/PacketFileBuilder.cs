using System.Buffers.Binary;
using System.Net;

namespace FastRtspProxy.Tests.Captures;

/// <summary>Writes packet captures as tcpdump and Wireshark do, of whatever a test wants to have happened.</summary>
internal sealed class PacketFileBuilder
{
    private readonly MemoryStream _file = new();
    private readonly int _linkType;
    private readonly bool _isNg;
    private uint _micros = 1_000_000;
    private ushort _id = 1;

    /// <param name="linkType">1 Ethernet, 113 and 276 Linux cooked, 101 raw IP.</param>
    /// <param name="isNg">pcapng in place of pcap.</param>
    public PacketFileBuilder(int linkType = 1, bool isNg = false)
    {
        (_linkType, _isNg) = (linkType, isNg);
        if (isNg)
        {
            _file.Write([0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, .. Enumerable.Repeat((byte)0xFF, 8), 28, 0, 0, 0]);
            _file.Write([1, 0, 0, 0, 20, 0, 0, 0, (byte)linkType, (byte)(linkType >> 8), 0, 0, 0, 0, 4, 0, 20, 0, 0, 0]);
            _file.Write([0x0B, 0, 0, 0, 16, 0, 0, 0, 1, 2, 3, 4, 16, 0, 0, 0]); // a block that nobody knows
        }
        else
        {
            _file.Write([0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, (byte)linkType, (byte)(linkType >> 8), 0, 0]);
        }
    }

    public byte[] Bytes => _file.ToArray();

    /// <summary>The clock goes on.</summary>
    public void Wait(uint micros) => _micros += micros;

    /// <summary>A UDP datagram, in fragments where it is larger than what fits.</summary>
    public void Udp(IPAddress from, int fromPort, IPAddress to, int toPort, byte[] payload, int fragmentBytes = 65_000)
    {
        byte[] udp = [.. Port(fromPort), .. Port(toPort), .. Port(8 + payload.Length), 0, 0, .. payload];
        ushort id = _id++;
        List<byte[]> pieces = [];
        for (int at = 0; at < udp.Length; at += fragmentBytes)
        {
            pieces.Add(Ip(from, to, 17, udp.AsSpan(at, Math.Min(fragmentBytes, udp.Length - at)), id, at, at + fragmentBytes < udp.Length));
        }

        pieces.Reverse(); // the last one first: networks do that
        pieces.ForEach(piece => Frame(piece));
    }

    /// <summary>A TCP segment.</summary>
    public void Tcp(IPAddress from, int fromPort, IPAddress to, int toPort, uint number, byte[] payload, byte flags = 0x18, int keep = int.MaxValue)
    {
        byte[] head = new byte[20];
        Port(fromPort).CopyTo(head, 0);
        Port(toPort).CopyTo(head, 2);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), number);
        head[12] = 0x50;
        head[13] = flags;
        Frame(Ip(from, to, 6, [.. head, .. payload], _id++, 0, false), keep);
    }

    private static byte[] Port(int port) => [(byte)(port >> 8), (byte)port];

    private static byte[] Ip(IPAddress from, IPAddress to, byte protocol, ReadOnlySpan<byte> payload, ushort id, int offset, bool hasMore)
    {
        if (from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            byte[] fragment = offset > 0 || hasMore ? [protocol, 0, .. Port(offset | (hasMore ? 1 : 0)), 0, 0, (byte)(id >> 8), (byte)id] : [];
            return [0x60, 0, 0, 0, .. Port(fragment.Length + payload.Length), fragment.Length > 0 ? (byte)44 : protocol, 64, .. from.GetAddressBytes(), .. to.GetAddressBytes(), .. fragment, .. payload];
        }

        return [0x45, 0, .. Port(20 + payload.Length), .. Port(id), .. Port((offset / 8) | (hasMore ? 0x2000 : 0)), 64, protocol, 0, 0, .. from.GetAddressBytes(), .. to.GetAddressBytes(), .. payload];
    }

    private void Frame(byte[] packet, int keep = int.MaxValue)
    {
        byte type = packet[0] >> 4 == 4 ? (byte)8 : (byte)0x86;
        byte low = type == 8 ? (byte)0 : (byte)0xDD;
        byte[] link = _linkType switch
        {
            1 => [.. new byte[12], 0x81, 0, 0, 5, type, low], // with a VLAN
            113 => [.. new byte[14], type, low],
            276 => [type, low, .. new byte[18]],
            _ => [],
        };
        byte[] whole = [.. link, .. packet];
        byte[] frame = whole[..Math.Min(keep, whole.Length)];
        if (_isNg)
        {
            int padded = (frame.Length + 3) & ~3;
            _file.Write([6, 0, 0, 0, .. Little(32 + padded), 0, 0, 0, 0, 0, 0, 0, 0, .. Little((int)_micros), .. Little(frame.Length), .. Little(whole.Length)]);
            _file.Write([.. frame, .. new byte[padded - frame.Length], .. Little(32 + padded)]);
        }
        else
        {
            _file.Write([.. Little((int)(_micros / 1_000_000)), .. Little((int)(_micros % 1_000_000)), .. Little(frame.Length), .. Little(whole.Length), .. frame]);
        }

        _micros += 100;
    }

    private static byte[] Little(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
