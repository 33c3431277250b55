using System.Buffers.Binary;
using System.Numerics;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>SHA-512/256 (FIPS 180-4): the platform has SHA-512 but not its truncated sister. Once a request, so plain rather than fast.</summary>
internal static class Sha512Slash256
{
    private static readonly ulong[] s_start =
    [
        0x22312194FC2BF72C, 0x9F555FA3C84C64C2, 0x2393B86B6F53B151, 0x963877195940EABD,
        0x96283EE2A88EFFE3, 0xBE5E1E2553863992, 0x2B0199FC2C85B8AA, 0x0EB72DDC81C52CA2,
    ];

    private static readonly ulong[] s_k = RoundConstants();

    /// <summary>Writes the 32 bytes of the hash, and says how many they are, as the platform's own do.</summary>
    public static int HashData(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<ulong> state = stackalloc ulong[8];
        s_start.CopyTo(state);
        int tail = data.Length % 128;
        for (int i = 0; i + 128 <= data.Length; i += 128)
        {
            Block(state, data.Slice(i, 128));
        }

        // The rest, a one bit, zeros, the length in bits as 128-bit number.
        Span<byte> last = stackalloc byte[tail < 112 ? 128 : 256];
        last.Clear();
        data[^tail..].CopyTo(last);
        last[tail] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(last[^8..], (ulong)data.Length * 8);
        for (int i = 0; i < last.Length; i += 128)
        {
            Block(state, last.Slice(i, 128));
        }

        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(hash[(8 * i)..], state[i]);
        }

        return 32;
    }

    private static void Block(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        Span<ulong> w = stackalloc ulong[80];
        for (int i = 0; i < 16; i++)
        {
            w[i] = BinaryPrimitives.ReadUInt64BigEndian(block[(8 * i)..]);
        }

        for (int i = 16; i < 80; i++)
        {
            ulong s0 = Rotate(w[i - 15], 1) ^ Rotate(w[i - 15], 8) ^ (w[i - 15] >> 7);
            ulong s1 = Rotate(w[i - 2], 19) ^ Rotate(w[i - 2], 61) ^ (w[i - 2] >> 6);
            w[i] = unchecked(w[i - 16] + s0 + w[i - 7] + s1);
        }

        Span<ulong> v = stackalloc ulong[8];
        state.CopyTo(v);
        for (int i = 0; i < 80; i++)
        {
            ulong s1 = Rotate(v[4], 14) ^ Rotate(v[4], 18) ^ Rotate(v[4], 41);
            ulong choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
            ulong t1 = unchecked(v[7] + s1 + choice + s_k[i] + w[i]);
            ulong s0 = Rotate(v[0], 28) ^ Rotate(v[0], 34) ^ Rotate(v[0], 39);
            ulong majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v[..7].CopyTo(v[1..]);
            v[4] = unchecked(v[4] + t1);
            v[0] = unchecked(t1 + s0 + majority);
        }

        for (int i = 0; i < 8; i++)
        {
            state[i] = unchecked(state[i] + v[i]);
        }
    }

    private static ulong Rotate(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    /// <summary>The first 64 bits of the fractional parts of the cube roots of the first 80 primes (FIPS 180-4 section 4.2.3), computed: shorter than
    /// the table, and its own proof.</summary>
    private static ulong[] RoundConstants()
    {
        ulong[] constants = new ulong[80];
        int found = 0;
        for (int candidate = 2; found < constants.Length; candidate++)
        {
            if (IsPrime(candidate))
            {
                // floor(cbrt(p) * 2^64) = floor(cbrt(p * 2^192)); its lower 64 bits are the fraction.
                constants[found++] = (ulong)(CubeRoot(new BigInteger(candidate) << 192) & ulong.MaxValue);
            }
        }

        return constants;
    }

    private static bool IsPrime(int number)
    {
        for (int i = 2; i * i <= number; i++)
        {
            if (number % i == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static BigInteger CubeRoot(BigInteger value)
    {
        BigInteger root = BigInteger.Zero;
        for (int bit = 67; bit >= 0; bit--)
        {
            BigInteger next = root | (BigInteger.One << bit);
            if (next * next * next <= value)
            {
                root = next;
            }
        }

        return root;
    }
}
