using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Protocol.Auth;

public class DigestVerifierTests
{
    private readonly DigestVerifier _verifier = new("LIVE555 Streaming Media");

    [Fact]
    [Rule("S37")]
    public void Challenge_EachAlgorithm_BeginsWithRealmAndNonce()
    {
        Assert.Equal("Digest realm=\"LIVE555 Streaming Media\", nonce=\"ab\"", _verifier.Challenge("ab"));
        Assert.Equal("Digest realm=\"LIVE555 Streaming Media\", nonce=\"ab\", stale=TRUE", _verifier.Challenge("ab", stale: true));
        Assert.Equal(
            "Digest realm=\"LIVE555 Streaming Media\", nonce=\"ab\", algorithm=SHA-256", _verifier.Challenge("ab", algorithm: DigestAlgorithm.Sha256));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", qop=\"auth\"")]
    [InlineData(", algorithm=MD5-sess, qop=\"auth\"")]
    [InlineData(", algorithm=SHA-256")]
    [InlineData(", algorithm=SHA-512-256, qop=\"auth\"")]
    public void Verify_OurOwnClient_IsAccepted(string extra)
    {
        string nonce = DigestVerifier.NewNonce();
        AuthClient client = new("viewer", "se:cret\"");
        Assert.True(client.Accept([_verifier.Challenge(nonce) + extra]));
        string header = client.Authorization("DESCRIBE", "rtsp://h/proxyStream")!;

        Assert.True(_verifier.TryVerify(header, "DESCRIBE", nonce, PasswordOf, out string user));
        Assert.Equal("viewer", user);
        Assert.Equal(DigestOutcome.Refused, _verifier.Verify(header, "SETUP", nonce, PasswordOf, out _));
        Assert.Equal(DigestOutcome.Refused, _verifier.Verify(header, "DESCRIBE", nonce, _ => "other", out _));
        Assert.Equal(DigestOutcome.Refused, _verifier.Verify(header, "DESCRIBE", nonce, _ => null, out _));
    }

    [Theory]
    [InlineData("/proxyStream")]
    [InlineData("rtsp://192.0.2.1/proxyStream/")]
    [InlineData("rtsp://192.0.2.1/proxyStream/track1")]
    public void Quirk_BoschRelativeOrBaseUriInDigest_IsAccepted(string uri)
    {
        DigestVerifier verifier = new("LIVE555 Streaming Media");
        AuthClient client = new("viewer", "secret");
        Assert.True(client.Accept([verifier.Challenge("n", false)]));

        Assert.Equal(DigestOutcome.Accepted, verifier.Verify(client.Authorization("SETUP", uri), "SETUP", "n", _ => "secret", out _));
    }

    [Fact]
    [Rule("S36")]
    public void Verify_OldNonceWithTheRightPassword_IsStale()
    {
        AuthClient client = new("viewer", "se:cret\"");
        client.Accept([_verifier.Challenge("old")]);

        Assert.Equal(DigestOutcome.StaleNonce, _verifier.Verify(client.Authorization("PLAY", "rtsp://h/"), "PLAY", "new", PasswordOf, out _));
    }

    [Theory]
    [InlineData("ours", "ours", "secret", DigestOutcome.Accepted)]
    [InlineData("ours-2", "ours", "secret", DigestOutcome.StaleNonce)]
    [InlineData("made-up", "ours", "secret", DigestOutcome.ForeignNonce)]
    [InlineData("", "ours", "secret", DigestOutcome.ForeignNonce)]
    [InlineData("", null, "secret", DigestOutcome.ForeignNonce)]
    [InlineData("ours", null, "secret", DigestOutcome.StaleNonce)]
    [InlineData("ours", "ours", "wrong", DigestOutcome.Refused)]
    [InlineData("ours-2", "ours", "wrong", DigestOutcome.Refused)]
    [InlineData("made-up", "ours", "wrong", DigestOutcome.Refused)]
    public void Judge_NonceAndPassword_StaleIsSaidOfOurNoncesAlone(string answered, string? inForce, string password, DigestOutcome expected)
    {
        AuthClient client = new("viewer", password);
        Assert.True(client.Accept([_verifier.Challenge(answered)]));
        Assert.True(_verifier.TryRead(client.Authorization("PLAY", "rtsp://h/"), "PLAY", out DigestClaim claim, out _));

        Assert.Equal(("viewer", answered), (claim.User, claim.Nonce));
        Assert.Equal(expected, DigestVerifier.Judge(claim, inForce, nonce => nonce.StartsWith("ours", StringComparison.Ordinal), user => user == "viewer" ? "secret" : null));
    }

    [Theory]
    [InlineData(null, DigestOutcome.Missing)]
    [InlineData(" ", DigestOutcome.Missing)]
    [InlineData("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", DigestOutcome.Unusable)]
    [InlineData("Digest", DigestOutcome.Unusable)]
    [InlineData("Digest username=\"viewer\"", DigestOutcome.Unusable)]
    [InlineData("Digest username=\"viewer\", realm=\"other\", nonce=\"n\", uri=\"x\", response=\"0\"", DigestOutcome.Unusable)]
    [InlineData("Digest username=\"viewer\", realm=\"LIVE555 Streaming Media\", nonce=\"n\", uri=\"x\", response=\"0\", qop=auth", DigestOutcome.Unusable)]
    [InlineData("Digest username=\"viewer\", realm=\"LIVE555 Streaming Media\", nonce=\"n\", uri=\"x\", response=\"0\", algorithm=X", DigestOutcome.Unusable)]
    [InlineData("Digest username=\"viewer\", realm=\"LIVE555 Streaming Media\", nonce=\"n\", uri=\"x\", response=\"0\"", DigestOutcome.Refused)]
    public void Verify_BadHeaders_AreNotAccepted(string? header, DigestOutcome expected)
    {
        Assert.Equal(expected, _verifier.Verify(header, "DESCRIBE", "n", PasswordOf, out _));
    }

    [Fact]
    public void NewNonce_EachTime_IsThirtyTwoHexDigits()
    {
        Assert.Matches("^[0-9a-f]{32}$", DigestVerifier.NewNonce());
        Assert.NotEqual(DigestVerifier.NewNonce(), DigestVerifier.NewNonce());
    }

    private static string? PasswordOf(string user) => user == "viewer" ? "se:cret\"" : null;
}
