using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// The access units in packets of MPEG4-GENERIC (RFC 3640), and what its description says of them. Interleaved and fragmented units are left out: no
/// camera is known to send any.
/// </summary>
/// <param name="SizeBits">Bits of a unit's size.</param>
/// <param name="IndexBits">Bits of the first unit's index.</param>
/// <param name="IndexDeltaBits">Bits of each further unit's index.</param>
public readonly record struct AacPayload(int SizeBits, int IndexBits, int IndexDeltaBits)
{
    private static readonly int[] s_rates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    /// <summary>The AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1) of the description; empty: it has none.</summary>
    public ReadOnlyMemory<byte> Config { get; init; }

    /// <summary>The sampling rate of the configuration, in hertz; 0: it says none.</summary>
    public int SampleRate { get; private init; }

    /// <summary>Channels of the configuration; 0: it does not say.</summary>
    public int Channels { get; private init; }

    /// <summary>As browsers name it (RFC 6381): <c>mp4a.40.2</c>.</summary>
    public string Codec { get; private init; } = "mp4a.40.2";

    /// <summary>From the parameters of its description; what they leave out is as in AAC-hbr (section 3.3.6).</summary>
    public static AacPayload Of(string? fmtp)
    {
        AacPayload payload = new(Number(fmtp, "sizelength", 13), Number(fmtp, "indexlength", 3), Number(fmtp, "indexdeltalength", 3));
        return Parameter(fmtp, "config") is { } text && TryHex(text, out byte[] config) ? payload.With(config) : payload;
    }

    /// <summary>The next unit of a packet. False: there is no other, or it is damaged.</summary>
    /// <param name="payload">Of the packet.</param>
    /// <param name="index">Which unit, from 0.</param>
    /// <param name="offset">0 for the first unit; moves on with each.</param>
    /// <param name="unit">The unit.</param>
    public bool TryUnit(ReadOnlySpan<byte> payload, int index, ref int offset, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        if (payload.Length < 2)
        {
            return false;
        }

        // Section 3.2.1: the bits of all headers, then the headers, filled up to a byte, then the units.
        int headerBits = BinaryPrimitives.ReadUInt16BigEndian(payload);
        int headerBytes = (headerBits + 7) / 8;
        int first = SizeBits + IndexBits;
        int at = index == 0 ? 0 : first + ((index - 1) * (SizeBits + IndexDeltaBits));
        if (headerBytes > payload.Length - 2 || at + (index == 0 ? first : SizeBits + IndexDeltaBits) > headerBits)
        {
            return false;
        }

        int size = 0;
        for (int bit = at; bit < at + SizeBits; bit++)
        {
            size = (size << 1) | ((payload[2 + (bit / 8)] >> (7 - (bit % 8))) & 1);
        }

        ReadOnlySpan<byte> units = payload[(2 + headerBytes)..];
        if (size == 0 || size > units.Length - offset)
        {
            return false;
        }

        unit = units.Slice(offset, size);
        offset += size;
        return true;
    }

    private AacPayload With(byte[] config)
    {
        int type = config.Length > 0 ? config[0] >> 3 : 0;
        if (config.Length < 2 || type is 0 or 31)
        {
            return this;
        }

        int rate = ((config[0] & 7) << 1) | (config[1] >> 7);
        return this with
        {
            Config = config,
            Codec = string.Create(CultureInfo.InvariantCulture, $"mp4a.40.{type}"),
            SampleRate = rate < s_rates.Length ? s_rates[rate] : 0,
            Channels = (config[1] >> 3) & 15,
        };
    }

    private static int Number(string? fmtp, string name, int otherwise) =>
        int.TryParse(Parameter(fmtp, name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 16 ? number : otherwise;

    private static string? Parameter(string? fmtp, string name)
    {
        foreach (Range range in fmtp.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> one = fmtp.AsSpan(range).Trim();
            int equals = one.IndexOf('=');
            if (equals > 0 && one[..equals].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return one[(equals + 1)..].Trim().ToString();
            }
        }

        return null;
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done;
    }
}
