using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// Learns SPS, PPS (and VPS) from the stream. Quirk (Hikvision and others): the description names none, or old ones, and the stream carries them;
/// players that want them in the description then show nothing. Call it for packets with <see cref="AccessUnitHint.ParameterSets"/>; it allocates
/// only when something is new.
/// </summary>
public sealed class ParameterSetCollector
{
    /// <summary>The largest SPS seen is below 100 bytes; what is far above is no parameter set.</summary>
    public const int SetBytesMax = 1024;

    private const int AggregatedUnitsMax = 16;

    private readonly MediaCodec _codec;
    private byte[] _vps = [];
    private byte[] _sps = [];
    private byte[] _pps = [];

    public ParameterSetCollector(MediaCodec codec) => _codec = codec;

    /// <summary>All sets that the codec needs are known.</summary>
    public bool IsComplete => _sps.Length > 0 && _pps.Length > 0 && (_codec == MediaCodec.H264 || _vps.Length > 0);

    public ReadOnlyMemory<byte> Vps => _vps;

    public ReadOnlyMemory<byte> Sps => _sps;

    public ReadOnlyMemory<byte> Pps => _pps;

    /// <summary>How often an SPS was seen, the same one included; it wraps.</summary>
    public uint SequenceSets { get; private set; }

    /// <summary>Takes the sets of a packet. True: one of them differs from what was known.</summary>
    public bool Offer(in RtpPacketView packet)
    {
        ReadOnlySpan<byte> payload = packet.Payload;
        int header = _codec == MediaCodec.H265 ? 2 : 1;
        if (payload.Length <= header || _codec is not (MediaCodec.H264 or MediaCodec.H265))
        {
            return false;
        }

        int aggregate = _codec == MediaCodec.H265 ? 48 : 24;
        if (UnitType(payload) != aggregate)
        {
            return OfferUnit(payload);
        }

        bool isNew = false;
        ReadOnlySpan<byte> units = payload[header..];
        for (int i = 0; i < AggregatedUnitsMax && units.Length > 2; i++)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size > units.Length - 2)
            {
                break;
            }

            isNew |= OfferUnit(units.Slice(2, size));
            units = units[(2 + size)..];
        }

        return isNew;
    }

    /// <summary>The camera's fmtp parameters with the learnt sets in the place of its own; null while sets are missing.</summary>
    public string? Fmtp(string? fromCamera)
    {
        if (!IsComplete)
        {
            return null;
        }

        if (_codec == MediaCodec.H265)
        {
            string text = With(fromCamera ?? string.Empty, "sprop-vps", Convert.ToBase64String(_vps));
            text = With(text, "sprop-sps", Convert.ToBase64String(_sps));
            return With(text, "sprop-pps", Convert.ToBase64String(_pps));
        }

        // Without any fmtp the packetization mode would be 0, single units only (RFC 6184 section 8.1), which hardly any camera keeps to.
        string profile = string.Create(CultureInfo.InvariantCulture, $"{_sps[1]:X2}{_sps[2]:X2}{_sps[3]:X2}");
        string parameters = With(fromCamera ?? "packetization-mode=1", "profile-level-id", profile);
        return With(parameters, "sprop-parameter-sets", $"{Convert.ToBase64String(_sps)},{Convert.ToBase64String(_pps)}");
    }

    /// <summary>Takes a NAL unit, if it is a set. True: it differs from what was known.</summary>
    public bool OfferUnit(ReadOnlySpan<byte> unit)
    {
        // Quirk (V380): start codes of the byte stream format in front of the unit, and between several.
        ReadOnlySpan<byte> rest = StartCodes.Without(unit);
        bool isNew = false;
        for (int i = 0; i < AggregatedUnitsMax && !rest.IsEmpty; i++)
        {
            bool hasNext = StartCodes.TryCut(rest, out ReadOnlySpan<byte> one, out rest);
            isNew |= TakeUnit(hasNext ? one.TrimEnd((byte)0) : one);
        }

        return isNew;
    }

    private bool TakeUnit(ReadOnlySpan<byte> unit)
    {
        if (unit.Length < 2 || unit.Length > SetBytesMax)
        {
            return false;
        }

        return (_codec, UnitType(unit)) switch
        {
            (MediaCodec.H264, 7) or (MediaCodec.H265, 33) => unit.Length >= 4 && TakeSequenceSet(unit),
            (MediaCodec.H264, 8) or (MediaCodec.H265, 34) => Take(ref _pps, unit),
            (MediaCodec.H265, 32) => Take(ref _vps, unit),
            _ => false,
        };
    }

    private bool TakeSequenceSet(ReadOnlySpan<byte> unit)
    {
        SequenceSets++;
        return Take(ref _sps, unit);
    }

    private int UnitType(ReadOnlySpan<byte> unit) => _codec == MediaCodec.H265 ? (unit[0] >> 1) & 0x3f : unit[0] & 0x1f;

    private static bool Take(ref byte[] known, ReadOnlySpan<byte> unit)
    {
        if (unit.SequenceEqual(known))
        {
            return false;
        }

        known = unit.ToArray();
        return true;
    }

    /// <summary>Sets one parameter; the others and their order stay.</summary>
    private static string With(string parameters, string name, string value)
    {
        StringBuilder text = new(parameters.Length + name.Length + value.Length + 2);
        bool isSet = false;
        foreach (string one in parameters.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = one.IndexOf('=', StringComparison.Ordinal);
            bool isIt = equals > 0 && one.AsSpan(0, equals).TrimEnd().Equals(name, StringComparison.OrdinalIgnoreCase);
            if (isIt && isSet)
            {
                continue;
            }

            text.Append(text.Length > 0 ? ";" : string.Empty).Append(isIt ? $"{name}={value}" : one);
            isSet |= isIt;
        }

        if (!isSet)
        {
            text.Append(text.Length > 0 ? ";" : string.Empty).Append(name).Append('=').Append(value);
        }

        return text.ToString();
    }
}
