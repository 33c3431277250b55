using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>A master key with its salt and the identifier that its packets carry (RFC 3711 section 3.2.1). Its text says nothing of it.</summary>
public sealed class SrtpKey
{
    /// <summary>Longer identifiers than this are nobody's (RFC 4568 section 6.1).</summary>
    public const int MkiBytesMax = 128;

    private readonly byte[] _key;
    private readonly byte[] _salt;
    private readonly byte[] _mki;

    /// <param name="key">The master key.</param>
    /// <param name="salt">The master salt.</param>
    /// <param name="mki">The master key identifier; empty: packets carry none.</param>
    public SrtpKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> mki)
    {
        _key = key.ToArray();
        _salt = salt.ToArray();
        _mki = mki.ToArray();
    }

    /// <summary>The master key.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>The master salt.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>The master key identifier; empty: packets carry none.</summary>
    public ReadOnlySpan<byte> Mki => _mki;

    /// <summary>A new one by chance.</summary>
    public static SrtpKey Invent(SrtpSuite suite, int mkiBytes)
    {
        ArgumentNullException.ThrowIfNull(suite);
        byte[] bytes = RandomNumberGenerator.GetBytes(suite.KeyBytes + suite.SaltBytes);
        return new SrtpKey(bytes.AsSpan(0, suite.KeyBytes), bytes.AsSpan(suite.KeyBytes), RandomNumberGenerator.GetBytes(mkiBytes));
    }
}
