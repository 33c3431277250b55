using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>A player's Authorization value before our verifier: nobody gets in without the user's password, and a nonce that is not in force is stale, not accepted.</summary>
internal sealed class AuthorizationTarget : FuzzTarget
{
    /// <summary>The seeds hold right answers for these.</summary>
    private const string Realm = "LIVE555 Streaming Media";
    private const string Nonce = "0123456789abcdef0123456789abcdef";
    private const string User = "viewer";
    private const string Secret = "secret";

    private readonly DigestVerifier _verifier = new(Realm);

    public override string Name => "authorization";

    public override int FixedBytes => 8 * 1024;

    public override int BytesPerInputByte => 96;

    public override void Parse(ReadOnlySpan<byte> input) => _verifier.Verify(FuzzText.Of(input), "DESCRIBE", Nonce, PasswordOf, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        string value = FuzzText.Of(input);
        DigestOutcome outcome = _verifier.Verify(value, "DESCRIBE", Nonce, PasswordOf, out string user);
        Property.Equal(string.IsNullOrWhiteSpace(value), outcome == DigestOutcome.Missing);
        Property.Holds(outcome != DigestOutcome.Accepted || user == User, "only the user is accepted");
        DigestOutcome elsewhere = _verifier.Verify(value, "DESCRIBE", "another nonce", PasswordOf, out _);
        Property.Equal(outcome is DigestOutcome.Accepted, elsewhere is DigestOutcome.StaleNonce && outcome != DigestOutcome.StaleNonce);
        bool isRight = outcome is DigestOutcome.Accepted or DigestOutcome.StaleNonce;
        CheckRefused(value, "DESCRIBE", static _ => null, isRight);
        CheckRefused(value, "DESCRIBE", static _ => "another", isRight);
        CheckRefused(value, "PLAY", PasswordOf, isRight);
    }

    private void CheckRefused(string value, string method, Func<string, string?> passwordOf, bool wasRight)
    {
        DigestOutcome outcome = _verifier.Verify(value, method, Nonce, passwordOf, out _);
        Property.Holds(outcome is not (DigestOutcome.Accepted or DigestOutcome.StaleNonce) && (!wasRight || outcome == DigestOutcome.Refused), "another password, user or method is refused");
    }

    private static string? PasswordOf(string user) => user == User ? Secret : null;
}
