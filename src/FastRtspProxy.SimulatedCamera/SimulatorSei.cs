using System.Buffers.Binary;
using System.Numerics;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// What a simulated camera says about each H.264 and H.265 access unit, inside it: an SEI message "user data unregistered" (payload type 5, H.264
/// D.1.7, H.265 D.2.7), which survives any proxy, also one that cuts the access unit into packets anew.
/// <code>
/// offset  bytes  content
///      0     16  the identifier, "FastRtspProxySim" in ASCII
///     16      1  version, '1'
///     17     10  access unit number, counts from 0 with the stream's start and never wraps
///     27     10  send time, microseconds of Unix time, taken just before the first packet of the access unit leaves
///     37      5  CRC-32C over the bytes of the VCL NAL units (H.264 types 1 to 5, H.265 types 0 to 31) in order, headers and emulation
///                prevention included
///     42      2  number of VCL NAL units
/// </code>
/// Numbers are big-endian in groups of seven bits with the top bit set, so that no zero byte occurs and emulation prevention never touches the
/// message: a reader needs no unescaping. Parameter sets, delimiters and other SEI are left out of the checksum, because a proxy may rightly repeat
/// or drop them.
/// </summary>
internal readonly record struct SimulatorSei(long AccessUnit, long SentUnixMicros, uint VclCrc, int VclCount)
{
    /// <summary>The user data behind type and size.</summary>
    public const int UserDataBytes = 44;

    /// <summary>An H.264 NAL unit: header, type, size, user data, stop bit.</summary>
    public const int H264NalBytes = 1 + 2 + UserDataBytes + 1;

    /// <summary>An H.265 NAL unit; its header has two bytes.</summary>
    public const int H265NalBytes = 2 + 2 + UserDataBytes + 1;

    private const byte UserDataUnregistered = 5;

    private static ReadOnlySpan<byte> Identifier => "FastRtspProxySim1"u8;

    /// <summary>Writes a whole SEI NAL unit without start code; returns its length.</summary>
    public int WriteH264(Span<byte> output)
    {
        output[0] = 6;
        return 1 + WriteMessage(output[1..]);
    }

    /// <summary>Writes a whole prefix SEI NAL unit (type 39) without start code; returns its length.</summary>
    public int WriteH265(Span<byte> output)
    {
        output[0] = 39 << 1;
        output[1] = 1;
        return 2 + WriteMessage(output[2..]);
    }

    /// <summary>Reads a NAL unit of either codec; false for any other NAL unit and for anything damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> nal, out SimulatorSei sei)
    {
        sei = default;
        int header = nal.Length >= 2 && (nal[0] & 0x1F) == 6 && nal[1] == UserDataUnregistered ? 1
            : nal.Length >= 3 && ((nal[0] >> 1) & 0x3F) == 39 && nal[2] == UserDataUnregistered ? 2
            : 0;
        if (header == 0 || nal.Length < header + 2 + UserDataBytes || nal[header + 1] != UserDataBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> data = nal.Slice(header + 2, UserDataBytes);
        if (!data.StartsWith(Identifier)
            || !TryGet(data.Slice(17, 10), out ulong unit) || !TryGet(data.Slice(27, 10), out ulong sent)
            || !TryGet(data.Slice(37, 5), out ulong crc) || !TryGet(data.Slice(42, 2), out ulong count) || crc > uint.MaxValue)
        {
            return false;
        }

        sei = new SimulatorSei((long)unit, (long)sent, (uint)crc, (int)count);
        return true;
    }

    /// <summary>True for the NAL units that the checksum covers.</summary>
    public static bool IsVcl(bool h265, byte firstByte) => h265 ? ((firstByte >> 1) & 0x3F) < 32 : (firstByte & 0x1F) is >= 1 and <= 5;

    /// <summary>Takes one more NAL unit, or a piece of one, into the checksum, which starts as 0.</summary>
    public static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return ~state;
    }

    private int WriteMessage(Span<byte> output)
    {
        output[0] = UserDataUnregistered;
        output[1] = UserDataBytes;
        Span<byte> data = output.Slice(2, UserDataBytes);
        Identifier.CopyTo(data);
        Put(data.Slice(17, 10), (ulong)AccessUnit);
        Put(data.Slice(27, 10), (ulong)SentUnixMicros);
        Put(data.Slice(37, 5), VclCrc);
        Put(data.Slice(42, 2), (ulong)VclCount);
        output[2 + UserDataBytes] = 0x80;
        return 2 + UserDataBytes + 1;
    }

    private static void Put(Span<byte> output, ulong value)
    {
        for (int i = output.Length - 1; i >= 0; i--)
        {
            output[i] = (byte)(0x80 | (value & 0x7F));
            value >>= 7;
        }
    }

    private static bool TryGet(ReadOnlySpan<byte> input, out ulong value)
    {
        value = 0;
        foreach (byte b in input)
        {
            if (b < 0x80)
            {
                return false;
            }

            value = value << 7 | (b & 0x7Fu);
        }

        return true;
    }
}
