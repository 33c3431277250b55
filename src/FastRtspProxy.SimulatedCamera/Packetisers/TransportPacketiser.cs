namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>
/// Noise into a transport stream in RTP (RFC 2250 section 2), seven packets in each. The program tables stand before a picture that can be joined,
/// which is marked; and each picture is followed by a packet of sound that is marked as well, as encoders do it.
/// </summary>
internal static class TransportPacketiser
{
    private const int PacketBytes = 188;
    private const int PacketsMax = RtpBatch.PayloadBytesMax / PacketBytes;
    private const int TablePid = 0x20;
    private const int VideoPid = 0x41;
    private const int SoundPid = 0x42;

    private static ReadOnlySpan<byte> Programs => [0, 0, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0, TablePid, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Program =>
    [
        0, 2, 0xb0, 23, 0, 1, 0xc1, 0, 0, 0xe0, VideoPid, 0xf0, 0, 0x1b, 0xe0, VideoPid, 0xf0, 0, 0x0f, 0xe0, SoundPid, 0xf0, 0, 0, 0, 0, 0,
    ];

    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> picture, bool isKey, long unit)
    {
        // An adaptation field of eight bytes in the first packet of the picture and in the sound's.
        int packets = (isKey ? 2 : 0) + ((picture.Length + 8 + PacketBytes - 5) / (PacketBytes - 4)) + 1;
        byte counter = (byte)unit;
        bool isFirst = true;
        for (int done = 0; done < packets;)
        {
            int count = Math.Min(PacketsMax, packets - done);
            Span<byte> payload = batch.Append(payloadType, false, ticks, count * PacketBytes);
            for (int i = 0; i < count; i++, done++)
            {
                Span<byte> packet = payload.Slice(i * PacketBytes, PacketBytes);
                packet.Fill(0xff);
                if (isKey && done < 2)
                {
                    Begin(packet, done == 0 ? 0 : TablePid, begins: true, counter, isMarked: false);
                    (done == 0 ? Programs : Program).CopyTo(packet[4..]);
                }
                else if (done == packets - 1)
                {
                    Begin(packet, SoundPid, begins: true, counter, isMarked: true);
                }
                else
                {
                    int room = Begin(packet, VideoPid, isFirst, counter++, isFirst && isKey);
                    int take = Math.Min(room, picture.Length);
                    picture[..take].CopyTo(packet[^room..]);
                    picture = picture[take..];
                    isFirst = false;
                }
            }
        }
    }

    /// <summary>Writes a packet's head; returns what is left for content.</summary>
    private static int Begin(Span<byte> packet, int pid, bool begins, byte counter, bool isMarked)
    {
        bool hasField = begins && pid is VideoPid or SoundPid;
        packet[0] = 0x47;
        packet[1] = (byte)((begins ? 0x40 : 0) | (pid >> 8));
        packet[2] = (byte)pid;
        packet[3] = (byte)((hasField ? 0x30 : 0x10) | (counter & 0x0f));
        if (!hasField)
        {
            return PacketBytes - 4;
        }

        packet[4] = 7;
        packet[5] = isMarked ? (byte)0x40 : (byte)0;
        return PacketBytes - 12;
    }
}
