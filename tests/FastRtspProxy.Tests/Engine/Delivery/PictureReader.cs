using System.Buffers.Binary;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>Reads what <see cref="PictureStream"/> wrote and asserts: whole pictures only, in order, each decodable. A decoder needs a random access point first, and again after every gap.</summary>
internal sealed class PictureReader(bool beginsAtRandomAccess)
{
    private readonly List<byte> _pending = [];
    private readonly int[] _lastNumbers = [-1, -1];
    private uint _timestamp;
    private int _nextIndex;
    private int _count;
    private bool _hasPicture;

    /// <summary>Whole pictures.</summary>
    public int Pictures { get; private set; }

    /// <summary>Packets of sound.</summary>
    public int Sounds { get; private set; }

    /// <summary>Times that pictures were left out.</summary>
    public int Gaps { get; private set; }

    /// <summary>The timestamp of the newest picture.</summary>
    public uint Timestamp => _timestamp;

    /// <summary>Takes bytes of the interleaved stream, cut anywhere.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        _pending.AddRange(bytes);
        Span<byte> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pending);
        int at = 0;
        while (all.Length - at >= 4)
        {
            Assert.Equal((byte)'$', all[at]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(all[(at + 2)..]);
            if (all.Length - at < 4 + length)
            {
                break;
            }

            TakePacket(all.Slice(at + 4, length));
            at += 4 + length;
        }

        _pending.RemoveRange(0, at);
    }

    /// <summary>Takes a packet.</summary>
    public void TakePacket(ReadOnlySpan<byte> packet)
    {
        int track = packet[12];
        int number = BinaryPrimitives.ReadInt32BigEndian(packet[18..]);
        Assert.Equal((ushort)number, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        int step = _lastNumbers[track] < 0 ? 1 : number - _lastNumbers[track];
        Assert.True(step > 0, $"a packet of track {track} came twice or out of order: {number} after {_lastNumbers[track]}");
        _lastNumbers[track] = number;
        if (track == 1)
        {
            Sounds++;
            return;
        }

        int index = BinaryPrimitives.ReadUInt16BigEndian(packet[14..]);
        Assert.True(index == _nextIndex, $"a torn picture: packet {index} of {_count}, wanted {_nextIndex}");
        if (index > 0)
        {
            Assert.Equal(_timestamp, timestamp);
            Assert.Equal(1, step);
        }
        else
        {
            bool isRandomAccess = packet[13] == 1;
            Gaps += step > 1 ? 1 : 0;
            Assert.True(isRandomAccess || (step == 1 && (_hasPicture || !beginsAtRandomAccess)), "not decodable: a picture is missing before this one");
            Assert.True(!_hasPicture || (int)(timestamp - _timestamp) > 0, "time stands still or goes back");
            _hasPicture = true;
            _timestamp = timestamp;
            _count = BinaryPrimitives.ReadUInt16BigEndian(packet[16..]);
        }

        _nextIndex = index + 1;
        if (_nextIndex == _count)
        {
            Pictures++;
            _nextIndex = 0;
        }
    }
}
