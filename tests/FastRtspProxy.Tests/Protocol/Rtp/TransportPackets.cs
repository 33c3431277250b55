namespace FastRtspProxy.Tests.Protocol.Rtp;

/// <summary>Builds packets of a transport stream for tests: 188 bytes each.</summary>
internal static class TransportPackets
{
    public const int TablePid = 0x1000;

    /// <summary>A program table that names the tables of these programs.</summary>
    public static byte[] Programs(params int[] tablePids)
    {
        List<byte> section = [0, 0xb0, (byte)(9 + (4 * tablePids.Length)), 0, 1, 0xc1, 0, 0];
        for (int i = 0; i < tablePids.Length; i++)
        {
            section.AddRange([0, (byte)(i + 1), (byte)(0xe0 | (tablePids[i] >> 8)), (byte)tablePids[i]]);
        }

        return Packet(0, [0, .. section, 0, 0, 0, 0], begins: true);
    }

    /// <summary>A program's table in one packet.</summary>
    public static byte[] Program(int pid, params (byte Type, int Pid)[] streams) => Packet(pid, [0, .. ProgramSection(streams)], begins: true);

    public static byte[] ProgramSection(IEnumerable<(byte Type, int Pid)> streams, int descriptorBytes = 0)
    {
        List<byte> loop = [];
        foreach ((byte type, int pid) in streams)
        {
            loop.AddRange([type, (byte)(0xe0 | (pid >> 8)), (byte)pid, 0xf0, 0]);
        }

        int length = 9 + descriptorBytes + loop.Count + 4;
        return
        [
            2, (byte)(0xb0 | (length >> 8)), (byte)length, 0, 1, 0xc1, 0, 0, 0xe1, 0, (byte)(0xf0 | (descriptorBytes >> 8)), (byte)descriptorBytes,
            .. new byte[descriptorBytes], .. loop, 0, 0, 0, 0,
        ];
    }

    /// <summary>A packet of a stream, marked as a place to start or not.</summary>
    public static byte[] Media(int pid, bool isMarked = false)
    {
        byte[] packet = Packet(pid, [], begins: isMarked);
        packet[3] = 0x30;
        packet[4] = 7;
        packet[5] = isMarked ? (byte)0x50 : (byte)0x10;
        return packet;
    }

    public static byte[] Packet(int pid, ReadOnlySpan<byte> content, bool begins)
    {
        byte[] packet = new byte[188];
        packet.AsSpan().Fill(0xff);
        packet[0] = 0x47;
        packet[1] = (byte)((begins ? 0x40 : 0) | (pid >> 8));
        packet[2] = (byte)pid;
        packet[3] = 0x10;
        content.CopyTo(packet.AsSpan(4));
        return packet;
    }
}
