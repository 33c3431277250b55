using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// The keys that follow from a cluster's secret (HKDF, RFC 5869), one for each use, and what is encrypted by them. Never printed.
/// </summary>
internal sealed class ClusterSecrets
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _streams;

    public ClusterSecrets(string cluster, Secret secret)
    {
        byte[] root = Encoding.UTF8.GetBytes(secret.Value);
        byte[] salt = Encoding.UTF8.GetBytes(cluster);
        Hop = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, KeyBytes, salt, "frp hop 1"u8.ToArray());
        _streams = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, KeyBytes, salt, "frp streams 1"u8.ToArray());
    }

    /// <summary>For what boxes say to each other.</summary>
    public byte[] Hop { get; }

    /// <summary>
    /// A hash of the streams of a configuration by which boxes find out whether theirs differ, and nobody else anything. Over all that is said of
    /// them, passwords too, but not over what says no more than the defaults: a newer program has keys that an older one does not know.
    /// </summary>
    public string HashOf(IEnumerable<StreamConfig> streams)
    {
        IEnumerable<string> lines = streams.Where(static stream => stream.Origin == ConfigOrigin.File)
            .OrderBy(static stream => stream.Name, StringComparer.Ordinal).Select(LineOf);
        return Convert.ToHexStringLower(HMACSHA256.HashData(_streams, Encoding.UTF8.GetBytes("written\n" + string.Concat(lines))));
    }

    /// <summary>Encrypts what is known of a stream (AES-256-GCM); the result is of no use under another name.</summary>
    /// <returns>Nonce, text, tag.</returns>
    public byte[] Encrypt(string stream, ReadOnlySpan<byte> text)
    {
        byte[] content = new byte[NonceBytes + text.Length + TagBytes];
        Span<byte> nonce = content.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(_streams, TagBytes);
        Span<byte> rest = content.AsSpan(NonceBytes);
        cipher.Encrypt(nonce, text, rest[..text.Length], rest[text.Length..], Encoding.UTF8.GetBytes(stream));
        return content;
    }

    /// <summary>What was encrypted; null: by another secret, for another stream, or it was changed on the way.</summary>
    public byte[]? Decrypt(string stream, ReadOnlySpan<byte> content)
    {
        if (content.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        byte[] text = new byte[content.Length - NonceBytes - TagBytes];
        try
        {
            using AesGcm cipher = new(_streams, TagBytes);
            cipher.Decrypt(
                content[..NonceBytes], content[NonceBytes..^TagBytes], content[^TagBytes..], text, Encoding.UTF8.GetBytes(stream));
            return text;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>All that is said of a stream, as a line of JSON; what <see cref="ConfigShape{T}.Show(T)"/> hides stands beside it.</summary>
    private static string LineOf(StreamConfig stream)
    {
        JsonObject said = StreamKeys.Stream.Show(stream, StreamKeys.Stream.Defaults);
        said["name"] = stream.Name;
        JsonArray hidden = [];
        hidden.Add((JsonNode?)stream.Password?.Value);
        foreach (SourceConfig source in stream.Sources)
        {
            hidden.Add((JsonNode?)source.Url);
            hidden.Add((JsonNode?)source.Password?.Value);
        }

        said["hidden"] = hidden;
        return said.ToJsonString() + "\n";
    }
}
