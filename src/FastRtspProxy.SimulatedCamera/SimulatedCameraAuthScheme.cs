namespace FastRtspProxy.SimulatedCamera;

/// <summary>The ways in which cameras ask for credentials.</summary>
internal enum SimulatedCameraAuthScheme
{
    Basic,

    /// <summary>Digest as in RFC 2069: no algorithm, no qop.</summary>
    DigestLegacy,

    /// <summary>Digest MD5 with `qop="auth"` (RFC 2617).</summary>
    DigestMd5,

    /// <summary>Digest MD5-sess with `qop="auth"`.</summary>
    DigestMd5Sess,

    /// <summary>Digest SHA-256 with `qop="auth"` (RFC 7616).</summary>
    DigestSha256,

    /// <summary>Digest SHA-256-sess with `qop="auth"` (RFC 7616).</summary>
    DigestSha256Sess,

    /// <summary>Digest SHA-512-256 with `qop="auth"` (RFC 7616).</summary>
    DigestSha512T256,
}
