using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// The access unit of an H.264 or H.265 track that is arriving: finds the simulated camera's message in it and, when asked, runs its checksum over
/// the VCL NAL units as they come, whatever packets they came in, so no unit is ever put together in memory. Mutable, one owner, no allocation.
/// </summary>
internal struct UnitTracker
{
    private SimulatorSei _stamp;
    private uint _crc;
    private int _vclCount;
    private int _fragmentBytes;
    private bool _hasStamp;
    private bool _open;
    private bool _damaged;
    private bool _startUnknown;
    private bool _shortFragment;

    /// <summary>True between a unit's first packet and its end.</summary>
    public readonly bool IsOpen => _open;

    /// <summary>A decoder can start at this unit.</summary>
    public bool IsKey { get; private set; }

    /// <summary>The RTP time of the open unit.</summary>
    public uint Timestamp { get; private set; }

    /// <summary>The camera's send time of the unit, microseconds of Unix time; 0 without a stamp.</summary>
    public readonly long SentUnixMicros => _hasStamp ? _stamp.SentUnixMicros : 0;

    /// <summary>The camera's number of the unit; -1 without a stamp.</summary>
    public readonly long Number => _hasStamp ? _stamp.AccessUnit : -1;

    /// <summary>Begins a unit. <paramref name="afterGap"/>: packets before this one are missing, so its first ones may be.</summary>
    public void Begin(uint timestamp, bool afterGap)
    {
        this = default;
        Timestamp = timestamp;
        _open = true;
        _startUnknown = afterGap;
    }

    /// <summary>Packets within the unit are missing or came late.</summary>
    public void Damage() => _damaged = true;

    /// <summary>Takes a packet's payload.</summary>
    public void Take(bool h265, bool verify, bool mayBeKey, ReadOnlySpan<byte> payload)
    {
        IsKey |= mayBeKey;
        if (h265)
        {
            TakeH265(verify, payload);
        }
        else
        {
            TakeH264(verify, payload);
        }
    }

    /// <summary>Ends the unit and says what became of it.</summary>
    public UnitOutcome End(bool verify)
    {
        _open = false;
        if (_damaged)
        {
            return UnitOutcome.Incomplete;
        }

        if (!_hasStamp)
        {
            return _startUnknown ? UnitOutcome.Incomplete : UnitOutcome.Unstamped;
        }

        if (!verify)
        {
            return UnitOutcome.Stamped;
        }

        // The stamp's count has 14 bits.
        if (_crc == _stamp.VclCrc && (_vclCount & 0x3FFF) == _stamp.VclCount)
        {
            return UnitOutcome.Verified;
        }

        return _startUnknown ? UnitOutcome.Incomplete : _shortFragment ? UnitOutcome.Truncated : UnitOutcome.Corrupt;
    }

    // RFC 6184 section 5.2: 1-23 one NAL unit, 24 STAP-A, 28 FU-A. The others are not sent by any camera we know.
    private void TakeH264(bool verify, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            _shortFragment = true;
            return;
        }

        switch (payload[0] & 0x1F)
        {
            case 24:
                TakeAggregate(false, verify, payload[1..]);
                break;
            case 28:
                if (payload.Length < 3)
                {
                    _shortFragment = true;
                    return;
                }

                Span<byte> header = [(byte)((payload[0] & 0xE0) | (payload[1] & 0x1F))];
                TakeFragment(false, verify, header, payload[1], payload[2..]);
                break;
            default:
                TakeNal(false, verify, payload);
                break;
        }
    }

    // RFC 7798 section 4.4: two-byte header; 48 AP, 49 FU.
    private void TakeH265(bool verify, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 3)
        {
            _shortFragment = true;
            return;
        }

        switch ((payload[0] >> 1) & 0x3F)
        {
            case 48:
                TakeAggregate(true, verify, payload[2..]);
                break;
            case 49:
                Span<byte> header = [(byte)((payload[0] & 0x81) | ((payload[2] & 0x3F) << 1)), payload[1]];
                TakeFragment(true, verify, header, payload[2], payload[3..]);
                break;
            default:
                TakeNal(true, verify, payload);
                break;
        }
    }

    private void TakeAggregate(bool h265, bool verify, ReadOnlySpan<byte> units)
    {
        while (units.Length >= 2)
        {
            int bytes = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (bytes == 0 || bytes > units.Length - 2)
            {
                _shortFragment = true;
                return;
            }

            TakeNal(h265, verify, units.Slice(2, bytes));
            units = units[(2 + bytes)..];
        }

        _shortFragment |= units.Length > 0;
    }

    private void TakeNal(bool h265, bool verify, ReadOnlySpan<byte> nal)
    {
        if (SimulatorSei.IsVcl(h265, nal[0]))
        {
            _vclCount++;
            if (verify)
            {
                _crc = SimulatorSei.Crc(_crc, nal);
            }
        }
        else if (!_hasStamp)
        {
            _hasStamp = SimulatorSei.TryRead(nal, out _stamp);
        }
    }

    private void TakeFragment(bool h265, bool verify, ReadOnlySpan<byte> nalHeader, byte fragmentHeader, ReadOnlySpan<byte> bytes)
    {
        bool first = (fragmentHeader & 0x80) != 0;
        bool last = (fragmentHeader & 0x40) != 0;

        // Packetisers fill every fragment but the last; a shorter one in the middle is what truncation looks like. Judged only when the checksum is
        // wrong.
        _shortFragment |= !first && !last && bytes.Length < _fragmentBytes;
        _fragmentBytes = bytes.Length;
        if (!SimulatorSei.IsVcl(h265, nalHeader[0]))
        {
            return;
        }

        if (first)
        {
            _vclCount++;
        }

        if (verify)
        {
            if (first)
            {
                _crc = SimulatorSei.Crc(_crc, nalHeader);
            }

            _crc = SimulatorSei.Crc(_crc, bytes);
        }
    }
}
