using System.Buffers.Binary;
using System.Security.Cryptography;
using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// A MIKEY message (RFC 3830) as cameras and players send it: the first one of the pre-shared key method, with its keys in the clear, because the
/// connection is what protects them (RFC 4567 section 9). Keys that are to be derived (TGK) are not known here.
/// </summary>
public static class MikeyMessage
{
    /// <summary>Longer messages are nobody's: a hundred sources take a kilobyte.</summary>
    public const int BytesMax = 4096;

    private const int HeaderBytes = 10;
    private const int SourceBytes = 9;
    private const int PoliciesMax = 8;
    private const int RandomBytes = 16;
    private const byte Version = 1;
    private const byte KeyTypeTek = 2;
    private const byte ValidityNone = 0;
    private const byte ValiditySpi = 1;
    private const byte ValidityInterval = 2;

    /// <summary>Reads a message. A peer's bytes never throw.</summary>
    /// <param name="bytes">Whole.</param>
    /// <param name="policy">What it says; null with a defect.</param>
    /// <param name="defect">Why it cannot be used.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SrtpPolicy? policy, out SrtpDefect defect) =>
        TryParse(bytes, out policy, out defect, out _);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out SrtpPolicy?, out SrtpDefect)"/>
    /// <param name="bytes">Whole.</param>
    /// <param name="policy">What it says; null with a defect.</param>
    /// <param name="defect">Why it cannot be used.</param>
    /// <param name="suite">The suite that it names, which it may do with keys that are of no use; null: none that is known here.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SrtpPolicy? policy, out SrtpDefect defect, out SrtpSuite? suite)
    {
        policy = null;
        suite = null;
        defect = SrtpDefect.Malformed;
        if (bytes.Length is < HeaderBytes or > BytesMax || bytes[0] != Version)
        {
            return false;
        }

        if (bytes[1] != 0)
        {
            defect = SrtpDefect.EncryptedKeys; // section 6.1: methods of public keys, answers, errors
            return false;
        }

        MikeyReader reader = new(bytes[HeaderBytes..]);
        int count = bytes[8];
        List<(byte Policy, SrtpSource Source)> sources = [];
        if (bytes[9] > 1 || (bytes[9] == 0 && !TryReadSources(ref reader, count, sources)))
        {
            return false; // a map that is not that of SRTP, or the empty one of RFC 4563
        }

        byte number = sources.Count > 0 ? sources[0].Policy : (byte)0;
        MikeyPolicy parameters = new();
        List<MikeyKey> keys = [];
        defect = ReadPayloads(ref reader, (MikeyPayload)bytes[2], number, ref parameters, keys);
        if (defect != SrtpDefect.None)
        {
            return false;
        }

        suite = parameters.Suite(out defect);
        if (suite is null)
        {
            return false;
        }

        policy = PolicyOf(suite, parameters, keys, sources);
        defect = policy is null ? SrtpDefect.BadKey : SrtpDefect.None;
        if (policy is null && !parameters.EncryptsRtp)
        {
            (suite, defect) = (null, SrtpDefect.UnsupportedParameter);
        }

        return policy is not null;
    }

    /// <summary>Writes a message with the keys of a policy, for one source.</summary>
    /// <param name="policy">Whose first key is sent.</param>
    /// <param name="source">Who sends with it.</param>
    /// <param name="now">The time of day.</param>
    public static byte[] Write(SrtpPolicy policy, SrtpSource source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        List<byte> message = [Version, 0, (byte)MikeyPayload.Timestamp, 0, .. RandomNumberGenerator.GetBytes(4), 1, 0];
        message.Add(0);
        Append(message, source.Ssrc);
        Append(message, source.Rollovers);
        ulong time = NtpTime.FromUnix(now);
        message.AddRange([(byte)MikeyPayload.Random, 0]); // a time in UTC, as NTP has it
        Append(message, (uint)(time >> 32));
        Append(message, (uint)time);
        message.AddRange([(byte)MikeyPayload.SecurityPolicy, RandomBytes, .. RandomNumberGenerator.GetBytes(RandomBytes)]);
        byte[] parameters = MikeyPolicy.Write(policy);
        message.AddRange([(byte)MikeyPayload.Kemac, 0, 0, (byte)(parameters.Length >> 8), (byte)parameters.Length, .. parameters]);
        SrtpKey key = policy.Keys[0];
        byte[] both = [.. key.Key, .. key.Salt];
        byte[] spi = key.Mki.IsEmpty ? [] : [(byte)key.Mki.Length, .. key.Mki];
        byte kind = (byte)((KeyTypeTek << 4) | (key.Mki.IsEmpty ? ValidityNone : ValiditySpi));
        byte[] data = [(byte)MikeyPayload.Last, kind, (byte)(both.Length >> 8), (byte)both.Length, .. both, .. spi];
        message.AddRange([(byte)MikeyPayload.Last, 0, (byte)(data.Length >> 8), (byte)data.Length, .. data, 0]);
        return [.. message];
    }

    private static bool TryReadSources(ref MikeyReader reader, int count, List<(byte Policy, SrtpSource Source)> sources)
    {
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryTake(SourceBytes, out ReadOnlySpan<byte> map))
            {
                return false;
            }

            sources.Add((map[0], new SrtpSource(
                BinaryPrimitives.ReadUInt32BigEndian(map[1..]), BinaryPrimitives.ReadUInt32BigEndian(map[5..]))));
        }

        return true;
    }

    private static SrtpDefect ReadPayloads(ref MikeyReader reader, MikeyPayload next, byte number, ref MikeyPolicy parameters, List<MikeyKey> keys)
    {
        int policies = 0;
        while (next != MikeyPayload.Last)
        {
            MikeyPayload kind = next;
            if (!reader.TryByte(out byte following))
            {
                return SrtpDefect.Malformed;
            }

            next = (MikeyPayload)following;
            SrtpDefect defect = SrtpDefect.None;
            bool isWhole = true;
            switch (kind)
            {
                case MikeyPayload.Timestamp:
                    isWhole = reader.TryByte(out byte type) && type <= 2 && reader.TryTake(type == 2 ? 4 : 8, out _);
                    break;
                case MikeyPayload.Random:
                    isWhole = reader.TryByte(out byte length) && reader.TryTake(length, out _);
                    break;
                case MikeyPayload.Identity or MikeyPayload.Certificate or MikeyPayload.Extension:
                    isWhole = reader.TryByte(out _) && reader.TryLong(out _);
                    break;
                case MikeyPayload.SecurityPolicy:
                    isWhole = ++policies <= PoliciesMax && TryReadPolicy(ref reader, number, ref parameters);
                    break;
                case MikeyPayload.Kemac:
                    defect = ReadKemac(ref reader, keys);
                    break;
                default:
                    return SrtpDefect.EncryptedKeys; // envelopes, signatures, Diffie-Hellman
            }

            if (!isWhole || defect != SrtpDefect.None)
            {
                return isWhole ? defect : SrtpDefect.Malformed;
            }
        }

        return SrtpDefect.None;
    }

    private static bool TryReadPolicy(ref MikeyReader reader, byte number, ref MikeyPolicy parameters)
    {
        if (!reader.TryByte(out byte policy) || !reader.TryByte(out byte protocol) || !reader.TryLong(out ReadOnlySpan<byte> values))
        {
            return false;
        }

        return policy != number || protocol != 0 || parameters.TryRead(values);
    }

    /// <summary>Section 6.2: encryption NULL; the MAC, where there is one, would need the same secret.</summary>
    private static SrtpDefect ReadKemac(ref MikeyReader reader, List<MikeyKey> keys)
    {
        if (!reader.TryByte(out byte encryption) || !reader.TryLong(out ReadOnlySpan<byte> data) || !reader.TryByte(out byte mac))
        {
            return SrtpDefect.Malformed;
        }

        if (mac > 1 || (mac == 1 && !reader.TryTake(20, out _)))
        {
            return SrtpDefect.Malformed;
        }

        if (encryption != 0)
        {
            return SrtpDefect.EncryptedKeys;
        }

        MikeyReader inner = new(data);
        byte next;
        do
        {
            if (keys.Count == SrtpPolicy.KeysMax || !TryReadKey(ref inner, out next, out MikeyKey key))
            {
                return SrtpDefect.Malformed;
            }

            keys.Add(key);
        }
        while (next == (byte)MikeyPayload.KeyData);

        return next == (byte)MikeyPayload.Last ? SrtpDefect.None : SrtpDefect.Malformed;
    }

    /// <summary>Section 6.13.</summary>
    private static bool TryReadKey(ref MikeyReader reader, out byte next, out MikeyKey key)
    {
        key = default;
        if (!reader.TryByte(out next) || !reader.TryByte(out byte kind) || !reader.TryLong(out ReadOnlySpan<byte> data))
        {
            return false;
        }

        ReadOnlySpan<byte> salt = [];
        ReadOnlySpan<byte> spi = [];
        bool isWhole = (kind & 0x10) == 0 || reader.TryLong(out salt);
        isWhole &= (kind & 0x0F) switch
        {
            ValidityNone => true,
            ValiditySpi => reader.TryShort(out spi),
            ValidityInterval => reader.TryShort(out _) && reader.TryShort(out _),
            _ => false,
        };
        key = new MikeyKey((byte)(kind >> 4), data.ToArray(), salt.ToArray(), spi.ToArray());
        return isWhole;
    }

    /// <summary>Null: the keys do not have the length of the suite, or cannot be told apart.</summary>
    private static SrtpPolicy? PolicyOf(
        SrtpSuite suite, in MikeyPolicy parameters, List<MikeyKey> keys, List<(byte Policy, SrtpSource Source)> sources)
    {
        List<SrtpKey> masters = [];
        foreach (MikeyKey key in keys)
        {
            ReadOnlySpan<byte> salt = key.Salt.Length > 0 ? key.Salt : key.Data.AsSpan(Math.Min(suite.KeyBytes, key.Data.Length));
            bool isLong = key.Data.Length == (key.Salt.Length > 0 ? suite.KeyBytes : suite.KeyBytes + suite.SaltBytes);
            if ((key.Type & ~1) != KeyTypeTek || !isLong || salt.Length != suite.SaltBytes
                || key.Spi.Length != keys[0].Spi.Length || (keys.Count > 1 && key.Spi.Length == 0) || key.Spi.Length > SrtpKey.MkiBytesMax)
            {
                return null;
            }

            masters.Add(new SrtpKey(key.Data.AsSpan(0, suite.KeyBytes), salt, key.Spi));
        }

        List<SrtpSource> known = [];
        foreach ((byte _, SrtpSource source) in sources)
        {
            known.Add(source);
        }

        return masters.Count == 0
            ? null
            : new SrtpPolicy(suite, masters)
            {
                EncryptsRtp = parameters.EncryptsRtp,
                EncryptsRtcp = parameters.EncryptsRtcp,
                MayHaveShortRtcpTags = suite.RtpTagBytes < suite.RtcpTagBytes,
                Sources = known,
            };
    }

    private static void Append(List<byte> message, uint number) =>
        message.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
