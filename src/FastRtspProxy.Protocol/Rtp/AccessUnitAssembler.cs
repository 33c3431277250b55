using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// Puts the access units of an H.264 or H.265 track together from its packets, as a byte stream (Annex B), with the parameter sets before each one
/// that a decoder can start at. A unit of which a packet is missing is none. One owner; allocates only when a unit is larger than all before.
/// </summary>
public sealed class AccessUnitAssembler : IDisposable
{
    /// <summary>A key picture of the largest cameras is some 2 MB; a unit that is larger than two of these is dropped.</summary>
    public const int UnitBytesMax = 4 * 1024 * 1024;

    private const int StartCodeBytes = 4;

    /// <summary>Of the first array: most pictures fit.</summary>
    private const int FirstBytes = 16 * 1024;

    private readonly MediaCodec _codec;
    private readonly bool _isH265;
    private readonly Func<int, bool> _mayGrow;

    /// <summary>Rented; the unit, then what is free.</summary>
    private byte[] _bytes = [];

    /// <summary>Where the unit ends.</summary>
    private int _end;

    /// <summary>The next packet's number; null before the first packet.</summary>
    private ushort? _expected;

    /// <summary>A unit has begun, and has not ended.</summary>
    private bool _isOpen;
    private bool _isDamaged;
    private bool _hasPicture;
    private bool _hasBSlice;
    private bool _hasSequenceSet;

    /// <summary>The last packet began or continued a fragmented NAL unit that has not ended.</summary>
    private bool _isInFragment;

    /// <param name="codec">H.264 or H.265.</param>
    /// <param name="mayGrow">
    /// Asked before so many bytes more are held, which stay until the end; where the answer is no, the unit is dropped. Null: always.
    /// </param>
    public AccessUnitAssembler(MediaCodec codec, Func<int, bool>? mayGrow = null)
    {
        _mayGrow = mayGrow ?? (static _ => true);
        _codec = codec;
        _isH265 = codec == MediaCodec.H265;
        ParameterSets = new ParameterSetCollector(codec);
    }

    /// <summary>The parameter sets that are known, of the description or of the stream.</summary>
    public ParameterSetCollector ParameterSets { get; }

    /// <summary>The RTP timestamp of the unit.</summary>
    public uint Timestamp { get; private set; }

    /// <summary>A decoder can start at the unit.</summary>
    public bool IsKey { get; private set; }

    /// <summary>
    /// At its end: the unit has a B slice of H.264 (ITU-T H.264 section 7.4.3). H.265 is not looked at: its sets tell the order of pictures, and its
    /// B slices do not (encoders for little delay send nothing else, in order).
    /// </summary>
    public bool HasBSlice => _hasBSlice;

    /// <summary>Packets were missing between the last whole unit and this one.</summary>
    public bool IsAfterGap { get; private set; }

    /// <summary>At its end: nothing of the unit is missing, and there is a picture in it. Else it is to be passed over.</summary>
    public bool IsWhole => _hasPicture && !_isDamaged;

    /// <summary>At its end: the unit, valid until the next packet.</summary>
    public ReadOnlySpan<byte> Unit => _bytes.AsSpan(0, _end);

    /// <summary>Packets were left out on purpose: what has begun is dropped, and the next unit says that something is missing.</summary>
    public void Skip()
    {
        _isOpen = false;
        _hasPicture = false;
        _expected = null;
        IsAfterGap = true;
    }

    /// <summary>The track's next packet.</summary>
    public UnitStep Take(in RtpPacketView packet)
    {
        bool isMissing = _expected is { } expected && expected != packet.SequenceNumber;
        if (_isOpen && packet.Timestamp != Timestamp)
        {
            _isOpen = false;
            _isDamaged |= isMissing;
            End();
            return UnitStep.EndedBefore;
        }

        if (!_isOpen)
        {
            Begin(packet.Timestamp);
        }

        _isDamaged |= isMissing;
        _expected = (ushort)(packet.SequenceNumber + 1);
        IsKey |= (AccessUnitClassifier.Classify(_codec, packet) & AccessUnitHint.RandomAccess) != 0;
        if (_isH265)
        {
            TakeH265(packet.Payload);
        }
        else
        {
            TakeH264(packet.Payload);
        }

        if (!packet.Marker)
        {
            return UnitStep.Open;
        }

        _isOpen = false;
        End();
        return UnitStep.Ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(_bytes);
        _bytes = [];
        _end = 0;
        _isOpen = false;
    }

    private void Begin(uint timestamp)
    {
        // A gap is told by the next unit that is given out.
        IsAfterGap = IsWhole ? false : IsAfterGap || _isDamaged;
        Timestamp = timestamp;
        _isOpen = true;
        _isDamaged = false;
        _isInFragment = false;
        _hasPicture = false;
        _hasBSlice = false;
        _hasSequenceSet = false;
        IsKey = false;
        _end = 0;
    }

    private void End()
    {
        _isDamaged |= _isInFragment;
        if (IsKey && IsWhole && !_hasSequenceSet && ParameterSets.IsComplete)
        {
            PutSetsFirst();
        }
    }

    // RFC 6184 section 5.2: 1-23 one NAL unit, 24 STAP-A, 28 FU-A. The others are not sent by any camera we know.
    private void TakeH264(ReadOnlySpan<byte> payload)
    {
        payload = StartCodes.Without(payload);
        if (payload.Length < 2)
        {
            _isDamaged |= !payload.IsEmpty && (_isInFragment || (payload[0] & 0x1f) is not (10 or 11)); // end of sequence, of stream
            return;
        }

        switch (payload[0] & 0x1f)
        {
            case 24:
                TakeAggregate(payload[1..]);
                break;
            case 28:
                TakeFragment([(byte)((payload[0] & 0xe0) | (payload[1] & 0x1f))], payload[1], payload[2..]);
                break;
            case >= 1 and <= 23:
                TakeUnit(payload);
                break;
            default:
                _isDamaged = true;
                break;
        }
    }

    // RFC 7798 section 4.4: two-byte header; 48 AP, 49 FU, 50 PACI.
    private void TakeH265(ReadOnlySpan<byte> payload)
    {
        payload = StartCodes.Without(payload);
        if (payload.Length < 3)
        {
            bool isEnd = payload.Length == 2 && ((payload[0] >> 1) & 0x3f) is 36 or 37; // of sequence, of the bitstream
            _isDamaged |= !payload.IsEmpty && (_isInFragment || !isEnd);
            return;
        }

        switch ((payload[0] >> 1) & 0x3f)
        {
            case 48:
                TakeAggregate(payload[2..]);
                break;
            case 49:
                TakeFragment([(byte)((payload[0] & 0x81) | ((payload[2] & 0x3f) << 1)), payload[1]], payload[2], payload[3..]);
                break;
            case < 48:
                TakeUnit(payload);
                break;
            default:
                _isDamaged = true;
                break;
        }
    }

    private void TakeAggregate(ReadOnlySpan<byte> units)
    {
        while (units.Length > 2)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size == 0 || size > units.Length - 2)
            {
                _isDamaged = true;
                return;
            }

            TakeUnit(units.Slice(2, size));
            units = units[(2 + size)..];
        }
    }

    private void TakeFragment(ReadOnlySpan<byte> unitHeader, byte fragmentHeader, ReadOnlySpan<byte> bytes)
    {
        bool isFirst = (fragmentHeader & 0x80) != 0;
        if (isFirst == _isInFragment)
        {
            _isDamaged = true;
            return;
        }

        if (isFirst)
        {
            Note(unitHeader[0], bytes);
            Append("\0\0\0\u0001"u8);
            Append(unitHeader);
        }

        Append(bytes);
        _isInFragment = (fragmentHeader & 0x40) == 0;
    }

    private void TakeUnit(ReadOnlySpan<byte> unit)
    {
        unit = StartCodes.Without(unit);
        if (unit.IsEmpty)
        {
            return;
        }

        _isDamaged |= _isInFragment;
        Note(unit[0], unit[1..]);
        _ = ParameterSets.OfferUnit(unit);
        Append("\0\0\0\u0001"u8);
        Append(unit);
    }

    /// <summary>
    /// What a NAL unit is, by the first byte of its header, and what comes behind it. Quirk: start codes in a packet, as for
    /// <see cref="AccessUnitClassifier"/>; up to the first picture each unit behind one is looked at, too.
    /// </summary>
    private void Note(byte header, ReadOnlySpan<byte> rest)
    {
        while (true)
        {
            int type = _isH265 ? (header >> 1) & 0x3f : header & 0x1f;
            _hasPicture |= _isH265 ? type < 32 : type is >= 1 and <= 5;
            _hasSequenceSet |= type == (_isH265 ? 33 : 7);
            _hasBSlice |= !_isH265 && type is 1 or 2 && IsBSlice(rest);
            if (_hasPicture || !StartCodes.TryCut(rest, out _, out ReadOnlySpan<byte> next) || next.IsEmpty)
            {
                return;
            }

            header = next[0];
            rest = next[1..];
        }
    }

    /// <summary>By the slice's header (ITU-T H.264 section 7.3.3): first_mb_in_slice, slice_type.</summary>
    private static bool IsBSlice(ReadOnlySpan<byte> header)
    {
        RawBits bits = new(header);
        _ = bits.Golomb();
        return bits.Golomb() % 5 == 1 && !bits.IsOver;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_end + bytes.Length > UnitBytesMax || !TryReserve(_end + bytes.Length))
        {
            _isDamaged = true;
            return;
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    private void PutSetsFirst()
    {
        ReadOnlySpan<byte> vps = _isH265 ? ParameterSets.Vps.Span : default;
        ReadOnlySpan<byte> sps = ParameterSets.Sps.Span;
        ReadOnlySpan<byte> pps = ParameterSets.Pps.Span;
        int bytes = Framed(vps) + Framed(sps) + Framed(pps);
        if (!TryReserve(_end + bytes))
        {
            _isDamaged = true;
            return;
        }

        _bytes.AsSpan(0, _end).CopyTo(_bytes.AsSpan(bytes));
        Span<byte> output = _bytes;
        Put(vps, ref output);
        Put(sps, ref output);
        Put(pps, ref output);
        _end += bytes;

        static int Framed(ReadOnlySpan<byte> set) => set.IsEmpty ? 0 : StartCodeBytes + set.Length;

        static void Put(ReadOnlySpan<byte> set, ref Span<byte> output)
        {
            if (set.IsEmpty)
            {
                return;
            }

            "\0\0\0\u0001"u8.CopyTo(output);
            set.CopyTo(output[StartCodeBytes..]);
            output = output[Framed(set)..];
        }
    }

    private bool TryReserve(int bytes)
    {
        if (bytes <= _bytes.Length)
        {
            return true;
        }

        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, FirstBytes)); // as the pool has them
        if (!_mayGrow(size - _bytes.Length))
        {
            return false;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, _end).CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
        return true;
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
