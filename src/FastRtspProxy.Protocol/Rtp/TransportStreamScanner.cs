namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// MPEG-TS in RTP (RFC 2250 section 2): finds where its video can be joined. What is video is said by the program tables (PAT, PMT), because encoders
/// set the random access indicator on sound as well. Of several programs the first with video counts: that is the one that players show. Mutable, one
/// for each track; allocates at its making only.
/// </summary>
public sealed class TransportStreamScanner
{
    /// <summary>188 bytes a packet (ISO/IEC 13818-1 section 2.4.3.2).</summary>
    public const int PacketBytes = 188;

    private const int TablePid = 0;
    private const int NoPid = -1;

    /// <summary>Programs that are told apart; cameras have one.</summary>
    private const int ProgramsMax = 8;

    private readonly TransportProgram[] _programs = new TransportProgram[ProgramsMax];
    private readonly TransportSection _table = new();
    private int _programCount;

    public TransportStreamScanner()
    {
        for (int i = 0; i < ProgramsMax; i++)
        {
            _programs[i] = new TransportProgram();
        }
    }

    /// <summary>
    /// Random access: video says so in this packet. Parameter sets: the program table is in it. Without any video (radio) each table is a place to
    /// start.
    /// </summary>
    public AccessUnitHint Scan(ReadOnlySpan<byte> payload)
    {
        AccessUnitHint hint = AccessUnitHint.StartsFrame | AccessUnitHint.StandsAlone;
        while (payload.Length >= PacketBytes && payload[0] == 0x47)
        {
            hint |= ScanOne(payload[..PacketBytes]);
            payload = payload[PacketBytes..];
        }

        return (hint & AccessUnitHint.ParameterSets) != 0 && HasNoVideo ? hint | AccessUnitHint.RandomAccess : hint;
    }

    /// <summary>All programs are known, and none has video.</summary>
    private bool HasNoVideo
    {
        get
        {
            for (int i = 0; i < _programCount; i++)
            {
                if (!_programs[i].IsKnown || _programs[i].HasVideo)
                {
                    return false;
                }
            }

            return _programCount > 0;
        }
    }

    private AccessUnitHint ScanOne(ReadOnlySpan<byte> packet)
    {
        int pid = ((packet[1] & 0x1f) << 8) | packet[2];
        bool begins = (packet[1] & 0x40) != 0;
        bool hasField = (packet[3] & 0x20) != 0;
        int fieldBytes = hasField ? 1 + packet[4] : 0;
        ReadOnlySpan<byte> content = (packet[3] & 0x10) != 0 ? packet[int.Min(4 + fieldBytes, PacketBytes)..] : default;
        if (pid == TablePid)
        {
            if (_table.Add(content, begins))
            {
                ReadPrograms(_table.Bytes);
            }

            return begins ? AccessUnitHint.ParameterSets : AccessUnitHint.None;
        }

        for (int i = 0; i < _programCount; i++)
        {
            if (_programs[i].Pid == pid)
            {
                _programs[i].Add(content, begins);
                return AccessUnitHint.None;
            }
        }

        // random_access_indicator: the second bit of an adaptation field that is not empty.
        bool isMarked = fieldBytes > 1 && (packet[5] & 0x40) != 0;
        return isMarked && IsShownVideo(pid) ? AccessUnitHint.RandomAccess : AccessUnitHint.None;
    }

    private bool IsShownVideo(int pid)
    {
        for (int i = 0; i < _programCount; i++)
        {
            if (_programs[i].HasVideo)
            {
                return _programs[i].IsVideo(pid);
            }
        }

        return false;
    }

    // program_association_section: eight bytes, then program_number and PID, then the checksum. Program 0 is the network's.
    private void ReadPrograms(ReadOnlySpan<byte> section)
    {
        if (section.Length < 12 || section[0] != 0)
        {
            return;
        }

        int count = 0;
        for (ReadOnlySpan<byte> rest = section[8..^4]; rest.Length >= 4 && count < ProgramsMax; rest = rest[4..])
        {
            if ((rest[0] | rest[1]) != 0)
            {
                _programs[count++].Name(((rest[2] & 0x1f) << 8) | rest[3]);
            }
        }

        for (int i = count; i < _programCount; i++)
        {
            _programs[i].Name(NoPid);
        }

        _programCount = count;
    }
}
