using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// The name of a stream as that of a file: nothing in it leads out of a folder, and no two streams have one file, also where the file system takes
/// capital and small letters for the same. Pure.
/// </summary>
internal static class StreamFileName
{
    public const string Ending = ".json";

    /// <summary>A name has 255 bytes in every file system of Linux (NAME_MAX); what is longer is cut, and told apart by its hash.</summary>
    private const int CharsMax = 200;

    /// <summary>Hexadecimal digits of a SHA-256 that tell cut names apart.</summary>
    private const int HashDigits = 32;

    public static string Of(string stream)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stream);
        StringBuilder name = new(bytes.Length + Ending.Length);
        foreach (byte one in bytes)
        {
            // A capital letter is written by its number: "Cam" and "cam" are two streams.
            bool isPlain = one is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'-'
                || (one == (byte)'.' && name.Length > 0);
            _ = isPlain ? name.Append((char)one) : name.Append('%').Append(one.ToString("x2", CultureInfo.InvariantCulture));
        }

        if (name.Length > CharsMax)
        {
            name.Length = CharsMax - HashDigits - 1;
            name.Append('~').Append(Convert.ToHexStringLower(SHA256.HashData(bytes)), 0, HashDigits);
        }

        return name.Append(Ending).ToString();
    }
}
