namespace FastRtspProxy.Protocol.Srtp;

/// <summary>A crypto suite by its name in <c>a=crypto</c> (RFC 4568 section 6.2, RFC 6188, RFC 7714 section 14.2).</summary>
/// <param name="Name">As IANA has it.</param>
/// <param name="KeyBytes">Of the master key, and of the keys of the cipher that are made of it.</param>
/// <param name="SaltBytes">Of the master salt.</param>
/// <param name="RtpTagBytes">What authenticates an RTP packet.</param>
/// <param name="RtcpTagBytes">What authenticates an RTCP packet.</param>
/// <param name="IsAead">One algorithm encrypts and authenticates (AES-GCM).</param>
public sealed record SrtpSuite(string Name, int KeyBytes, int SaltBytes, int RtpTagBytes, int RtcpTagBytes, bool IsAead)
{
    /// <summary>RFC 3711: the one that everybody has.</summary>
    public static readonly SrtpSuite AesCm128HmacSha1Tag80 = new("AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, IsAead: false);

    /// <summary>RFC 3711; RTCP keeps the longer tag (RFC 4568 section 6.2.2).</summary>
    public static readonly SrtpSuite AesCm128HmacSha1Tag32 = new("AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, IsAead: false);

    /// <summary>RFC 6188.</summary>
    public static readonly SrtpSuite AesCm256HmacSha1Tag80 = new("AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, IsAead: false);

    /// <inheritdoc cref="AesCm256HmacSha1Tag80"/>
    public static readonly SrtpSuite AesCm256HmacSha1Tag32 = new("AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, IsAead: false);

    /// <summary>RFC 7714.</summary>
    public static readonly SrtpSuite AesGcm128 = new("AEAD_AES_128_GCM", 16, 12, 16, 16, IsAead: true);

    /// <inheritdoc cref="AesGcm128"/>
    public static readonly SrtpSuite AesGcm256 = new("AEAD_AES_256_GCM", 32, 12, 16, 16, IsAead: true);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SrtpSuite> All { get; } =
        [AesCm128HmacSha1Tag80, AesCm128HmacSha1Tag32, AesGcm128, AesGcm256, AesCm256HmacSha1Tag80, AesCm256HmacSha1Tag32];

    /// <summary>The suite of that name; null: it is none of ours.</summary>
    public static SrtpSuite? Find(ReadOnlySpan<char> name)
    {
        foreach (SrtpSuite suite in All)
        {
            if (name.Equals(suite.Name, StringComparison.OrdinalIgnoreCase))
            {
                return suite;
            }
        }

        return null;
    }
}
