using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// AES in counter mode (RFC 3711 section 4.1.1): blocks that count are encrypted by the framework's AES, a kilobyte at a time, and combined with the
/// data. One transform is kept for the life of the key, so nothing is allocated for a packet; EncryptEcb would make one for each call.
/// </summary>
internal sealed class AesCounter : IDisposable
{
    private const int BlockBytes = 16;

    /// <summary>Of a packet of an Ethernet two; larger ones are nobody's rule.</summary>
    private const int ChunkBytes = 64 * BlockBytes;

    private readonly ICryptoTransform _aes;
    private readonly byte[] _blocks = new byte[ChunkBytes];
    private readonly byte[] _stream = new byte[ChunkBytes];

    public AesCounter(ReadOnlySpan<byte> key)
    {
        using Aes aes = Aes.Create();
#pragma warning disable CA5358 // ECB encrypts the counter blocks only; what comes out is the key stream of the counter mode.
        aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        aes.Padding = PaddingMode.None;
        aes.Key = key.ToArray();
        _aes = aes.CreateEncryptor();
    }

    /// <summary>Encrypts, or decrypts, which is the same.</summary>
    /// <param name="start">16 bytes: the first block, whose last two are 0 and count.</param>
    /// <param name="input">At most 2^16 blocks.</param>
    /// <param name="output">As long; may be the input.</param>
    public void Apply(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input, Span<byte> output)
    {
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(start);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(start[8..]);
        while (!input.IsEmpty)
        {
            int length = Math.Min(input.Length, ChunkBytes);
            int bytes = (length + BlockBytes - 1) & -BlockBytes;
            for (int at = 0; at < bytes; at += BlockBytes, low++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(_blocks.AsSpan(at), high);
                BinaryPrimitives.WriteUInt64BigEndian(_blocks.AsSpan(at + 8), low);
            }

            _ = _aes.TransformBlock(_blocks, 0, bytes, _stream, 0);
            Combine(input[..length], _stream, output);
            input = input[length..];
            output = output[length..];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    private static void Combine(ReadOnlySpan<byte> input, ReadOnlySpan<byte> stream, Span<byte> output)
    {
        int at = 0;
        for (; at + Vector<byte>.Count <= input.Length; at += Vector<byte>.Count)
        {
            (new Vector<byte>(input[at..]) ^ new Vector<byte>(stream[at..])).CopyTo(output[at..]);
        }

        for (; at < input.Length; at++)
        {
            output[at] = (byte)(input[at] ^ stream[at]);
        }
    }
}
