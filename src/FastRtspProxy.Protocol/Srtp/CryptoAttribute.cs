using System.Globalization;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary><c>a=crypto</c>, security descriptions (RFC 4568): the suite and the keys in the description itself.</summary>
public static class CryptoAttribute
{
    private const string Inline = "inline:";

    /// <summary>Reads the value, what stands behind <c>a=crypto:</c>.</summary>
    /// <param name="value"><c>1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4</c>.</param>
    /// <param name="policy">What it says; null with a defect.</param>
    /// <param name="defect">Why it cannot be used.</param>
    /// <param name="suiteName">The name of the suite, for messages; empty where there is none.</param>
    public static bool TryParse(ReadOnlySpan<char> value, out SrtpPolicy? policy, out SrtpDefect defect, out string suiteName)
    {
        policy = null;
        suiteName = string.Empty;
        ReadOnlySpan<char> rest = value.Trim();
        if (!int.TryParse(Word(ref rest), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            defect = SrtpDefect.Malformed;
            return false;
        }

        ReadOnlySpan<char> name = Word(ref rest);
        suiteName = name.ToString();
        if (SrtpSuite.Find(name) is not { } suite)
        {
            defect = name.IsEmpty ? SrtpDefect.Malformed : SrtpDefect.UnknownSuite;
            return false;
        }

        List<SrtpKey> keys = [];
        defect = ReadKeys(Word(ref rest), suite, keys);
        bool encryptsRtp = true;
        bool encryptsRtcp = true;
        while (defect == SrtpDefect.None && !rest.IsEmpty)
        {
            defect = ReadParameter(Word(ref rest), suite, ref encryptsRtp, ref encryptsRtcp);
        }

        policy = defect == SrtpDefect.None ? new SrtpPolicy(suite, keys) { EncryptsRtp = encryptsRtp, EncryptsRtcp = encryptsRtcp } : null;
        return policy is not null;
    }

    /// <summary>Writes the value for a policy whose keys all have the length of its suite.</summary>
    public static string Format(SrtpPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        string text = $"1 {policy.Suite.Name} ";
        for (int i = 0; i < policy.Keys.Count; i++)
        {
            SrtpKey key = policy.Keys[i];
            byte[] both = [.. key.Key, .. key.Salt];
            text += (i > 0 ? ";" : string.Empty) + Inline + Convert.ToBase64String(both);
            text += key.Mki.IsEmpty ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"|{Number(key.Mki)}:{key.Mki.Length}");
        }

        text += policy.EncryptsRtp ? string.Empty : " UNENCRYPTED_SRTP";
        return text + (policy.EncryptsRtcp ? string.Empty : " UNENCRYPTED_SRTCP");
    }

    /// <summary>Section 9.2: <c>inline:KEY|LIFETIME|MKI:LENGTH</c>, several with semicolons between.</summary>
    private static SrtpDefect ReadKeys(ReadOnlySpan<char> text, SrtpSuite suite, List<SrtpKey> keys)
    {
        foreach (Range range in text.Split(';'))
        {
            ReadOnlySpan<char> one = text[range];
            if (!one.StartsWith(Inline, StringComparison.OrdinalIgnoreCase) || keys.Count == SrtpPolicy.KeysMax)
            {
                return keys.Count == SrtpPolicy.KeysMax ? SrtpDefect.UnsupportedParameter : SrtpDefect.Malformed;
            }

            one = one[Inline.Length..];
            int bar = one.IndexOf('|');
            ReadOnlySpan<char> mki = [];
            if (bar >= 0)
            {
                ReadOnlySpan<char> more = one[(bar + 1)..];
                int next = more.IndexOf('|');
                mki = next >= 0 ? more[(next + 1)..] : more.Contains(':') ? more : [];
                one = one[..bar];
            }

            if (ReadKey(one, mki, suite) is not { } key)
            {
                return SrtpDefect.BadKey;
            }

            keys.Add(key);
        }

        return AreTold(keys) ? SrtpDefect.None : SrtpDefect.BadKey;
    }

    private static SrtpKey? ReadKey(ReadOnlySpan<char> text, ReadOnlySpan<char> mki, SrtpSuite suite)
    {
        Span<byte> both = stackalloc byte[64];
        if (text.Length > 88 || !Convert.TryFromBase64Chars(text, both, out int bytes) || bytes != suite.KeyBytes + suite.SaltBytes)
        {
            return null;
        }

        byte[] identifier = [];
        if (!mki.IsEmpty)
        {
            int colon = mki.IndexOf(':');
            if (colon <= 0 || !ulong.TryParse(mki[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                || !int.TryParse(mki[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length is < 1 or > SrtpKey.MkiBytesMax || (length < 8 && number >> (8 * length) != 0))
            {
                return null;
            }

            identifier = new byte[length];
            for (int i = 0; i < Math.Min(8, length); i++)
            {
                identifier[length - 1 - i] = (byte)(number >> (8 * i));
            }
        }

        return new SrtpKey(both[..suite.KeyBytes], both[suite.KeyBytes..bytes], identifier);
    }

    /// <summary>Several keys are told apart by identifiers of one length.</summary>
    private static bool AreTold(List<SrtpKey> keys)
    {
        foreach (SrtpKey key in keys)
        {
            if (key.Mki.Length != keys[0].Mki.Length || (keys.Count > 1 && key.Mki.IsEmpty))
            {
                return false;
            }
        }

        return keys.Count > 0;
    }

    /// <summary>Section 6.3. A window size hint is a hint.</summary>
    private static SrtpDefect ReadParameter(ReadOnlySpan<char> text, SrtpSuite suite, ref bool encryptsRtp, ref bool encryptsRtcp)
    {
        if (text.Equals("UNENCRYPTED_SRTP", StringComparison.OrdinalIgnoreCase))
        {
            encryptsRtp = false;
            return SrtpDefect.None;
        }

        if (text.Equals("UNENCRYPTED_SRTCP", StringComparison.OrdinalIgnoreCase) && !suite.IsAead)
        {
            encryptsRtcp = false;
            return SrtpDefect.None;
        }

        bool isHint = text.StartsWith("WSH=", StringComparison.OrdinalIgnoreCase) || text.Equals("KDR=0", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith('-'); // section 6.3.7: what may be passed over
        return isHint ? SrtpDefect.None : SrtpDefect.UnsupportedParameter;
    }

    private static ulong Number(ReadOnlySpan<byte> mki)
    {
        ulong number = 0;
        foreach (byte part in mki)
        {
            number = (number << 8) | part;
        }

        return number;
    }

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        int end = rest.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..].TrimStart();
        return word;
    }
}
