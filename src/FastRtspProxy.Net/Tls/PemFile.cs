using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The blocks of a PEM file (RFC 7468). What was read is wiped when it is disposed of: it may be a private key. It is read where files may be waited
/// for: never on a shard, and never on the thread of the sockets.
/// </summary>
internal sealed class PemFile : IDisposable
{
    /// <summary>A chain of ten certificates with 8192-bit keys has 40 KiB; the text that openssl(1) writes above each is as much again.</summary>
    private const int BytesMax = 1 << 20;

    private const string Begin = "-----BEGIN ";
    private const string EndOfLabel = "-----";

    /// <summary>The first tag of DER, and of PKCS #12: a SEQUENCE.</summary>
    private const byte DerSequence = 0x30;

    private readonly List<PemBlock> _blocks = [];

    private PemFile()
    {
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<PemBlock> Blocks => _blocks;

    /// <param name="path">The file.</param>
    /// <param name="defect">The rest of a sentence that begins with the file's name; null: it was read.</param>
    public static PemFile? Read(string path, out string? defect)
    {
        byte[] bytes = new byte[BytesMax + 1];
        try
        {
            int count = ReadBytes(path, bytes, out defect);
            return defect is null ? Parse(bytes.AsSpan(0, count), out defect) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <inheritdoc cref="Read"/>
    internal static PemFile? Parse(ReadOnlySpan<byte> bytes, out string? defect)
    {
        defect = bytes.Length switch
        {
            0 => "is empty: it is perhaps being written, or a disk was full",
            > BytesMax => "is larger than 1 MiB, and so no PEM file of a certificate or key: name another one",
            _ when bytes[0] == DerSequence => "is binary (DER or PKCS #12) and not PEM: openssl x509, openssl pkey or openssl pkcs12 convert it",
            _ => null,
        };
        if (defect is not null)
        {
            return null;
        }

        char[] text = new char[bytes.Length];
        PemFile file = new();
        try
        {
            Encoding.Latin1.GetChars(bytes, text);
            defect = file.Split(text);
        }
        finally
        {
            Array.Clear(text);
        }

        if (defect is null)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PemBlock block in _blocks)
        {
            CryptographicOperations.ZeroMemory(block.Bytes);
        }
    }

    /// <summary>Blocks that are cut off or damaged make the whole file unusable: half a chain is no chain.</summary>
    private string? Split(ReadOnlySpan<char> text)
    {
        while (text.IndexOf(Begin) is >= 0 and int at)
        {
            text = text[at..];
            int labelLength = text[Begin.Length..].IndexOf(EndOfLabel);
            if (labelLength is < 0 or > 64)
            {
                return "is cut off in the middle of a BEGIN line: it is perhaps being written";
            }

            string label = text.Slice(Begin.Length, labelLength).ToString();
            string end = $"-----END {label}-----";
            int length = text.IndexOf(end);
            if (length < 0)
            {
                return $"is cut off: its \"BEGIN {Shown(label)}\" has no END; it is perhaps being written";
            }

            // RFC 1421, 4.6.1.1: the older form says so in headers above the Base64.
            bool isEncrypted = label == "ENCRYPTED PRIVATE KEY" || text[..length].Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);
            if (isEncrypted)
            {
                _blocks.Add(new PemBlock(label, [], true));
            }
            else if (TryDecode(text[..(length + end.Length)], out byte[] bytes))
            {
                _blocks.Add(new PemBlock(label, bytes, false));
            }
            else
            {
                return $"is damaged: what stands below \"BEGIN {Shown(label)}\" is not Base64; copy it again";
            }

            text = text[(length + end.Length)..];
        }

        return null;
    }

    private static bool TryDecode(ReadOnlySpan<char> block, out byte[] bytes)
    {
        bytes = [];
        if (!PemEncoding.TryFind(block, out PemFields fields) || fields.Location.Start.Value != 0)
        {
            return false;
        }

        bytes = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64Chars(block[fields.Base64Data], bytes, out int count) && count == bytes.Length;
    }

    /// <summary>A label of those that are in use, and not what a file of something else has in its place.</summary>
    private static string Shown(string label)
    {
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != ' ')
            {
                return "...";
            }
        }

        return label;
    }

    private static int ReadBytes(string path, byte[] bytes, out string? defect)
    {
        try
        {
            if (Directory.Exists(path))
            {
                defect = "is a directory: name the file in it";
                return 0;
            }

            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            defect = null;
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            defect = "does not exist: correct its name, or put it there";
        }
        catch (UnauthorizedAccessException)
        {
            defect = $"may not be read by the user {Environment.UserName}: let that user, or one of its groups, read it and enter its folders";
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            defect = $"cannot be read: {e.Message}";
        }

        return 0;
    }
}
