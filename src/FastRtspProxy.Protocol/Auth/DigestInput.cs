namespace FastRtspProxy.Protocol.Auth;

/// <summary>What goes into a Digest response.</summary>
internal readonly record struct DigestInput(
    DigestAlgorithm Algorithm,
    bool IsSession,
    string User,
    string Realm,
    string Password,
    string Method,
    string Uri,
    string Nonce,
    string? Qop,
    string? NonceCount,
    string? Cnonce)
{
    /// <summary>Without the password: a record's own text would print it.</summary>
    public override string ToString() => $"{User}@{Realm}";
}
