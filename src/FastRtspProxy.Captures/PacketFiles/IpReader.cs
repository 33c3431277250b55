using System.Buffers.Binary;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// IPv4 and IPv6 packets, fragments put together. Bounded: so many datagrams wait for their rest, each of at most 64 KiB; the oldest gives way.
/// </summary>
internal sealed class IpReader
{
    private const int WaitingMax = 64;
    private const int DatagramBytesMax = 65_535;
    private const int ExtensionsMax = 16;

    private readonly LinkedList<Waiting> _waiting = [];

    /// <summary>Datagrams whose rest never came.</summary>
    public int LostFragments { get; private set; }

    /// <summary>Reads a packet. False: it is none, or a piece of one that is not whole yet.</summary>
    /// <param name="packet">From its IP header on.</param>
    /// <param name="pair">Who, and to whom.</param>
    /// <param name="protocol">6: TCP; 17: UDP.</param>
    /// <param name="payload">Behind all headers of IP. Valid until the next call.</param>
    public bool TryRead(ReadOnlySpan<byte> packet, out IpAddressPair pair, out int protocol, out ReadOnlySpan<byte> payload)
    {
        pair = default;
        protocol = 0;
        payload = default;
        return !packet.IsEmpty && (packet[0] >> 4) switch
        {
            4 => TryRead4(packet, out pair, out protocol, out payload),
            6 => TryRead6(packet, out pair, out protocol, out payload),
            _ => false,
        };
    }

    private bool TryRead4(ReadOnlySpan<byte> packet, out IpAddressPair pair, out int protocol, out ReadOnlySpan<byte> payload)
    {
        pair = default;
        protocol = 0;
        payload = default;
        int header = (packet[0] & 15) * 4;
        if (header < 20 || packet.Length < header)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        length = length == 0 ? packet.Length : length; // offloaded: the card writes it
        if (length < header)
        {
            return false;
        }

        pair = new IpAddressPair(IpAddressPair.Of(packet[12..16]), IpAddressPair.Of(packet[16..20]));
        protocol = packet[9];
        payload = packet[header..Math.Min(length, packet.Length)];
        int fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        Key key = new(pair, protocol, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
        return (fragment & 0x3FFF) == 0 || TryJoin(key, (fragment & 0x1FFF) * 8, (fragment & 0x2000) != 0, ref payload);
    }

    private bool TryRead6(ReadOnlySpan<byte> packet, out IpAddressPair pair, out int protocol, out ReadOnlySpan<byte> payload)
    {
        pair = default;
        protocol = 0;
        payload = default;
        if (packet.Length < 40)
        {
            return false;
        }

        pair = new IpAddressPair(IpAddressPair.Of(packet[8..24]), IpAddressPair.Of(packet[24..40]));
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        payload = length == 0 ? packet[40..] : packet[40..Math.Min(40 + length, packet.Length)];
        protocol = packet[6];
        for (int i = 0; i < ExtensionsMax && protocol is 0 or 43 or 44 or 60; i++)
        {
            if (payload.Length < 8)
            {
                return false;
            }

            int next = payload[0];
            if (protocol == 44)
            {
                int fragment = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
                uint id = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]);
                payload = payload[8..];
                protocol = next;
                return (fragment & 0xFFF9) == 0 || TryJoin(new Key(pair, next, id), fragment & 0xFFF8, (fragment & 1) != 0, ref payload);
            }

            int extension = 8 + (payload[1] * 8);
            if (extension > payload.Length)
            {
                return false;
            }

            payload = payload[extension..];
            protocol = next;
        }

        return true;
    }

    private bool TryJoin(Key key, int offset, bool hasMore, ref ReadOnlySpan<byte> payload)
    {
        LinkedListNode<Waiting>? node = _waiting.First;
        while (node is not null && node.Value.Key != key)
        {
            node = node.Next;
        }

        if (node is null)
        {
            if (_waiting.Count >= WaitingMax)
            {
                _waiting.RemoveFirst();
                LostFragments++;
            }

            node = _waiting.AddLast(new Waiting(key));
        }

        Waiting waiting = node.Value;
        if (!waiting.TryAdd(offset, hasMore, payload))
        {
            _waiting.Remove(node);
            LostFragments++;
            return false;
        }

        if (!waiting.IsWhole)
        {
            return false;
        }

        _waiting.Remove(node);
        payload = waiting.Bytes;
        return true;
    }

    private readonly record struct Key(IpAddressPair Pair, int Protocol, uint Id);

    /// <summary>A datagram whose pieces come.</summary>
    private sealed class Waiting(Key key)
    {
        /// <summary>Which bytes there are, sorted, no two that touch.</summary>
        private readonly List<(int From, int To)> _there = [];
        private byte[] _bytes = [];
        private int _length = -1;

        public Key Key { get; } = key;

        public bool IsWhole => _length >= 0 && _there is [(0, var to)] && to >= _length;

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

        public bool TryAdd(int offset, bool hasMore, ReadOnlySpan<byte> piece)
        {
            int end = offset + piece.Length;
            if (end > DatagramBytesMax || _there.Count > 128)
            {
                return false;
            }

            if (end > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(end, 2 * _bytes.Length));
            }

            piece.CopyTo(_bytes.AsSpan(offset));
            _length = hasMore ? _length : end;
            (int from, int to) = (offset, end);
            for (int i = _there.Count - 1; i >= 0; i--)
            {
                if (_there[i].From <= to && from <= _there[i].To)
                {
                    (from, to) = (Math.Min(from, _there[i].From), Math.Max(to, _there[i].To));
                    _there.RemoveAt(i);
                }
            }

            _there.Add((from, to));
            _there.Sort();
            return true;
        }
    }
}
