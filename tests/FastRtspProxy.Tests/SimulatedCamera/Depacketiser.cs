using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Puts NAL units together again, written from the RFCs and not from our packetisers.</summary>
internal static class Depacketiser
{
    /// <summary>RFC 6184.</summary>
    public static List<byte[]> H264(RtpBatch batch)
    {
        List<byte[]> nals = [];
        List<byte> fragments = [];
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
            ReadOnlySpan<byte> payload = packet.Payload;
            switch (payload[0] & 0x1F)
            {
                case 24:
                    Aggregated(payload[1..], nals);
                    break;
                case 28:
                    if ((payload[1] & 0x80) != 0)
                    {
                        Assert.Empty(fragments);
                        fragments = [(byte)(payload[0] & 0xE0 | payload[1] & 0x1F)];
                    }

                    fragments.AddRange(payload[2..]);
                    Assert.NotEqual(0xC0, payload[1] & 0xC0);
                    if ((payload[1] & 0x40) != 0)
                    {
                        nals.Add([.. fragments]);
                        fragments.Clear();
                    }

                    break;
                default:
                    nals.Add(payload.ToArray());
                    break;
            }
        }

        Assert.Empty(fragments);
        return nals;
    }

    /// <summary>RFC 7798.</summary>
    public static List<byte[]> H265(RtpBatch batch)
    {
        List<byte[]> nals = [];
        List<byte> fragments = [];
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
            ReadOnlySpan<byte> payload = packet.Payload;
            switch (payload[0] >> 1 & 0x3F)
            {
                case 48:
                    Aggregated(payload[2..], nals);
                    break;
                case 49:
                    if ((payload[2] & 0x80) != 0)
                    {
                        Assert.Empty(fragments);
                        fragments = [(byte)(payload[0] & 0x81 | (payload[2] & 0x3F) << 1), payload[1]];
                    }

                    fragments.AddRange(payload[3..]);
                    if ((payload[2] & 0x40) != 0)
                    {
                        nals.Add([.. fragments]);
                        fragments.Clear();
                    }

                    break;
                default:
                    nals.Add(payload.ToArray());
                    break;
            }
        }

        Assert.Empty(fragments);
        return nals;
    }

    private static void Aggregated(ReadOnlySpan<byte> rest, List<byte[]> nals)
    {
        while (!rest.IsEmpty)
        {
            int length = rest[0] << 8 | rest[1];
            nals.Add(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }
    }
}
