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
    /// <summary>
    /// The nonce of the challenge, from which a -sess key is made however often the server names a next one (RFC 7616 section 3.4.2); null:
    /// <see cref="Nonce"/>.
    /// </summary>
    public string? SessionNonce { get; init; }

    /// <summary>H(user:realm:password) where that is known instead of the password; null: it is computed.</summary>
    public string? Ha1 { get; init; }

    /// <summary>Without the password: a record's own text would print it.</summary>
    public override string ToString() => $"{User}@{Realm}";
}
