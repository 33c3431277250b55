using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// What a box of a cluster says in each request to another one: who it is, under which epoch it takes the other for the stream's owner, and when. A
/// keyed hash (HMAC-SHA256) over these, both boxes, the method and the stream proves it; so it lets in nobody else, and nobody to another stream.
/// Written <c>node;epoch;time;nonce;HMAC</c>, the hash in hexadecimal digits. Whether the time is near and the nonce is new is the reader's business.
/// </summary>
/// <param name="Node">Who asks.</param>
/// <param name="Epoch">0: it knows none.</param>
/// <param name="UnixMilliseconds">When it asked, by its own clock.</param>
/// <param name="Nonce">Of this request alone.</param>
/// <param name="Hash">32 bytes in small hexadecimal digits.</param>
public readonly record struct HopHeader(string Node, long Epoch, long UnixMilliseconds, string Nonce, string Hash)
{
    /// <summary>The header's name.</summary>
    public const string Name = "X-Frp-Hop";

    /// <summary>Names of boxes have at most 63 characters, and numbers 20.</summary>
    private const int CharsMax = 256;

    private const int NonceCharsMin = 16;
    private const int NonceCharsMax = 64;
    private const int HashChars = 2 * SHA256.HashSizeInBytes;

    /// <summary>The header's value.</summary>
    /// <param name="key">The cluster's, for hops.</param>
    /// <param name="node">Who asks.</param>
    /// <param name="to">Who is asked.</param>
    /// <param name="epoch">See <see cref="Epoch"/>.</param>
    /// <param name="time">Now.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="stream">What it is about; empty: the cluster itself.</param>
    public static string Make(ReadOnlySpan<byte> key, string node, string to, long epoch, DateTimeOffset time, string method, string stream)
    {
        string nonce = RandomNumberGenerator.GetHexString(NonceCharsMin, lowercase: true);
        HopHeader hop = new(node, epoch, time.ToUnixTimeMilliseconds(), nonce, string.Empty);
        string hash = hop.HashOf(key, to, method, stream);
        return string.Create(CultureInfo.InvariantCulture, $"{node};{epoch};{hop.UnixMilliseconds};{hop.Nonce};{hash}");
    }

    /// <summary>Reads a value; false: it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out HopHeader hop)
    {
        hop = default;
        if (text is null || text.Length > CharsMax)
        {
            return false;
        }

        string[] parts = text.Split(';');
        if (parts.Length != 5 || parts[0].Length == 0
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            || parts[3].Length is < NonceCharsMin or > NonceCharsMax || parts[4].Length != HashChars)
        {
            return false;
        }

        hop = new HopHeader(parts[0], epoch, time, parts[3], parts[4]);
        return true;
    }

    /// <summary>True where whoever made it has the key and meant this. Takes as long for a wrong hash as for the right one.</summary>
    /// <inheritdoc cref="Make"/>
    public bool IsProof(ReadOnlySpan<byte> key, string to, string method, string stream) =>
        Hash is { } hash
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(key, to, method, stream)), Encoding.ASCII.GetBytes(hash));

    private string HashOf(ReadOnlySpan<byte> key, string to, string method, string stream)
    {
        // No part but the last can hold a line end, so no two texts are the same by another cut.
        string text = string.Create(CultureInfo.InvariantCulture, $"hop\n{Node}\n{to}\n{Epoch}\n{UnixMilliseconds}\n{Nonce}\n{method}\n{stream}");
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
