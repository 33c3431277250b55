namespace FastRtspProxy.Protocol.Rtp;

/// <summary>A program of a transport stream: what its table (PMT) says about its streams. Mutable; allocates at its making only.</summary>
internal sealed class TransportProgram
{
    /// <summary>Video streams of one program: several views of a camera.</summary>
    private const int VideoMax = 4;

    private readonly TransportSection _section = new();
    private readonly int[] _videoPids = new int[VideoMax];
    private int _videoCount;

    /// <summary>Where the table is; below 0: the program is not there.</summary>
    public int Pid { get; private set; } = -1;

    /// <summary>The table has been read.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The table names video.</summary>
    public bool HasVideo => _videoCount > 0;

    /// <summary>The program's table is there; another one than before is not known yet.</summary>
    public void Name(int pid)
    {
        if (pid != Pid)
        {
            Pid = pid;
            IsKnown = false;
            _videoCount = 0;
        }
    }

    /// <summary>Takes a packet of the table.</summary>
    public void Add(ReadOnlySpan<byte> content, bool begins)
    {
        if (_section.Add(content, begins))
        {
            Read(_section.Bytes);
        }
    }

    public bool IsVideo(int pid) => _videoPids.AsSpan(0, _videoCount).Contains(pid);

    // TS_program_map_section: twelve bytes, descriptors, then for each stream its type, PID and descriptors, then the checksum.
    private void Read(ReadOnlySpan<byte> section)
    {
        if (section.Length < 16 || section[0] != 2)
        {
            return;
        }

        IsKnown = true;
        _videoCount = 0;
        int programBytes = ((section[10] & 0x0f) << 8) | section[11];
        ReadOnlySpan<byte> rest = section[int.Min(12 + programBytes, section.Length - 4)..^4];
        while (rest.Length >= 5 && _videoCount < VideoMax)
        {
            int descriptorBytes = int.Min(((rest[3] & 0x0f) << 8) | rest[4], rest.Length - 5);
            if (IsVideoType(rest[0]) || (rest[0] == 0x06 && IsRegisteredVideo(rest.Slice(5, descriptorBytes))))
            {
                _videoPids[_videoCount++] = ((rest[1] & 0x1f) << 8) | rest[2];
            }

            rest = rest[(5 + descriptorBytes)..];
        }
    }

    // MPEG-1, MPEG-2, MPEG-4 Part 2, H.264 and its extensions, JPEG 2000, H.265, H.266, AVS, AVS2, AVS3, Dirac, VC-1 (ISO/IEC 13818-1 table 2-34 and
    // what is registered).
    private static bool IsVideoType(byte type) =>
        type is 0x01 or 0x02 or 0x10 or 0x1b or 0x1f or 0x20 or 0x21 or 0x24 or 0x25 or 0x33 or 0x34 or 0x42 or 0xd1 or 0xd2 or 0xd4 or 0xea;

    // registration_descriptor: AV1, VP9 and H.265 in streams of private data.
    private static bool IsRegisteredVideo(ReadOnlySpan<byte> descriptors)
    {
        while (descriptors.Length >= 2)
        {
            ReadOnlySpan<byte> body = descriptors[2..int.Min(2 + descriptors[1], descriptors.Length)];
            if (descriptors[0] == 0x05 && (body.StartsWith("AV01"u8) || body.StartsWith("VP09"u8) || body.StartsWith("HEVC"u8)))
            {
                return true;
            }

            descriptors = descriptors[(2 + body.Length)..];
        }

        return false;
    }
}
