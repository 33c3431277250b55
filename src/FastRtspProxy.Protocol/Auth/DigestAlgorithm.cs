namespace FastRtspProxy.Protocol.Auth;

/// <summary>The hash functions of RFC 7616, in the order of their strength.</summary>
public enum DigestAlgorithm
{
    Md5,
    Sha256,

    /// <summary>SHA-512 with its own start values, cut at 256 bits (FIPS 180-4 section 5.3.6.2); not the first half of a SHA-512.</summary>
    Sha512Slash256,
}
