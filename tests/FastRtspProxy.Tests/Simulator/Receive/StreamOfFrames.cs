using System.Buffers.Binary;
using System.Text;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Tests.Simulator.Receive;

/// <summary>Packets of an H.264 or H.265 stream with the simulated camera's stamps, as a camera makes them, to be maltreated one by one.</summary>
internal sealed class StreamOfFrames(bool h265 = false)
{
    private const int FragmentBytes = 500;

    private readonly Random _random = new(7);
    private ushort _number = 65_500;
    private long _unit;

    public static TrackPlan Plan(bool h265 = false)
    {
        string name = h265 ? "H265" : "H264";
        string text = $"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 {name}/90000\r\na=control:track1\r\n";
        Assert.True(SdpDocument.TryParse(Encoding.ASCII.GetBytes(text), out SdpDocument? sdp, out _));
        return new TrackPlan(0, "rtsp://a/track1", sdp.Media[0], MediaCodecs.FromEncodingName(name));
    }

    /// <summary>The packets of one access unit: the stamp, then two slices, one whole and one in four fragments.</summary>
    public List<byte[]> NextFrame(long sentUnixMicros = 1_000_000)
    {
        byte[] small = Slice(200);
        byte[] large = Slice((3 * FragmentBytes) + 200);
        uint crc = SimulatorSei.Crc(SimulatorSei.Crc(0, small), large);
        byte[] sei = new byte[64];
        SimulatorSei stamp = new(_unit, sentUnixMicros, crc, 2);
        int bytes = h265 ? stamp.WriteH265(sei) : stamp.WriteH264(sei);
        List<byte[]> packets = [Packet(sei.AsSpan(0, bytes), false), Packet(small, false)];
        int header = h265 ? 2 : 1;
        for (int at = header; at < large.Length; at += FragmentBytes)
        {
            int length = Math.Min(FragmentBytes, large.Length - at);
            bool first = at == header;
            bool last = at + length == large.Length;
            byte flags = (byte)((first ? 0x80 : 0) | (last ? 0x40 : 0));
            byte[] start = h265
                ? [(byte)((large[0] & 0x81) | (49 << 1)), large[1], (byte)(flags | ((large[0] >> 1) & 0x3F))]
                : [(byte)((large[0] & 0xE0) | 28), (byte)(flags | (large[0] & 0x1F))];
            packets.Add(Packet([.. start, .. large.AsSpan(at, length)], last));
        }

        _unit++;
        return packets;
    }

    private byte[] Slice(int bytes)
    {
        byte[] slice = new byte[bytes];
        _random.NextBytes(slice);
        if (h265)
        {
            slice[0] = 19 << 1; // IDR_W_RADL
            slice[1] = 1;
            slice[2] |= 0x80;
        }
        else
        {
            slice[0] = 0x65;
            slice[1] |= 0x80;
        }

        return slice;
    }

    private byte[] Packet(ReadOnlySpan<byte> payload, bool marker)
    {
        byte[] packet = new byte[12 + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)(96 | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _number++);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(_unit * 3600));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 0x1234);
        payload.CopyTo(packet.AsSpan(12));
        return packet;
    }
}
