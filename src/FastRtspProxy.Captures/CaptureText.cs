using System.Globalization;
using System.Text;

namespace FastRtspProxy.Captures;

/// <summary>
/// The block of a record as lines. A message: <c>|</c> and a line that ends with CR LF, <c>:</c> and one that ends with LF alone, <c>.</c> and one
/// without an end; what is not printable ASCII is <c>\xHH</c>, a backslash is doubled. A packet: <c>=</c> and hexadecimal digits, <c>*N</c> for N
/// zeros.
/// </summary>
internal static class CaptureText
{
    /// <summary>So many zeros in a row are worth a count.</summary>
    private const int ZerosMin = 8;

    private const string HexDigits = "0123456789abcdef";

    /// <summary>Appends the lines of a message.</summary>
    public static void WriteMessage(StringBuilder text, ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            int feed = message.IndexOf((byte)'\n');
            int length = feed < 0 ? message.Length : feed;
            bool isCrLf = feed > 0 && message[feed - 1] == '\r';
            length -= isCrLf ? 1 : 0;
            bool isCut = length > CaptureLimits.TextBytes;
            length = isCut ? CaptureLimits.TextBytes : length;
            text.Append(isCut || feed < 0 ? '.' : isCrLf ? '|' : ':');
            Escape(text, message[..length]);
            text.Append('\n');
            message = message[(isCut || feed < 0 ? length : feed + 1)..];
        }
    }

    /// <summary>Appends the lines of a packet; none for an empty one.</summary>
    public static void WriteBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            text.Append('=');
            int written = 0;
            while (!bytes.IsEmpty && written < CaptureLimits.HexBytes)
            {
                int zeros = bytes.IndexOfAnyExcept((byte)0);
                zeros = zeros < 0 ? bytes.Length : zeros;
                if (zeros >= ZerosMin)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{(written > 0 ? " " : "")}*{zeros}");
                    written = CaptureLimits.HexBytes; // whatever follows begins a line
                    bytes = bytes[zeros..];
                }
                else
                {
                    text.Append(HexDigits[bytes[0] >> 4]).Append(HexDigits[bytes[0] & 15]);
                    written++;
                    bytes = bytes[1..];
                }
            }

            text.Append('\n');
        }
    }

    /// <summary>Adds what a line of a block holds. Null, or what is wrong with it.</summary>
    public static string? Read(ReadOnlySpan<byte> line, CaptureBlock block)
    {
        string? wrong = line[0] == '=' ? ReadBytes(line[1..], block) : Unescape(line[1..], block);
        if (wrong is null && line[0] is (byte)'|' or (byte)':')
        {
            block.Add(line[0] == '|' ? "\r\n"u8 : "\n"u8);
        }

        return wrong ?? (block.IsFull ? $"the record is longer than {CaptureLimits.RecordBytes} bytes" : null);
    }

    private static void Escape(StringBuilder text, ReadOnlySpan<byte> line)
    {
        foreach (byte one in line)
        {
            if (one == '\\')
            {
                text.Append(@"\\");
            }
            else if (one is >= 0x20 and < 0x7F)
            {
                text.Append((char)one);
            }
            else
            {
                text.Append(@"\x").Append(HexDigits[one >> 4]).Append(HexDigits[one & 15]);
            }
        }
    }

    private static string? Unescape(ReadOnlySpan<byte> line, CaptureBlock block)
    {
        while (!line.IsEmpty)
        {
            int plain = line.IndexOf((byte)'\\');
            plain = plain < 0 ? line.Length : plain;
            block.Add(line[..plain]);
            line = line[plain..];
            if (line.StartsWith(@"\\"u8))
            {
                block.Add(@"\"u8);
                line = line[2..];
            }
            else if (line is [_, (byte)'x', var high, var low, ..] && char.IsAsciiHexDigit((char)high) && char.IsAsciiHexDigit((char)low))
            {
                block.Add([Byte(high, low)]);
                line = line[4..];
            }
            else if (!line.IsEmpty)
            {
                return @"a backslash is followed by neither a backslash nor xHH";
            }
        }

        return null;
    }

    private static string? ReadBytes(ReadOnlySpan<byte> line, CaptureBlock block)
    {
        while (!line.IsEmpty)
        {
            if (line[0] == ' ')
            {
                line = line[1..];
            }
            else if (line[0] == '*')
            {
                int end = line.IndexOf((byte)' ');
                ReadOnlySpan<byte> digits = line[1..(end < 0 ? line.Length : end)];
                if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int zeros) || !block.TryAddZeros(zeros))
                {
                    return $"behind * stands the number of zeros, of a packet of {CaptureLimits.PacketBytes} bytes at most";
                }

                line = end < 0 ? default : line[end..];
            }
            else if (line.Length >= 2 && char.IsAsciiHexDigit((char)line[0]) && char.IsAsciiHexDigit((char)line[1]))
            {
                block.Add([Byte(line[0], line[1])]);
                line = line[2..];
            }
            else
            {
                return "the bytes of a packet are pairs of hexadecimal digits";
            }
        }

        return null;
    }

    private static byte Byte(byte high, byte low) => (byte)((Uri.FromHex((char)high) << 4) | Uri.FromHex((char)low));
}
