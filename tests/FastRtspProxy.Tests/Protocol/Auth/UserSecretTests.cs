using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Protocol.Auth;

public sealed class UserSecretTests
{
    private const string Realm = "here";

    // md5 and sha-256 of "guard:here:secret".
    private static readonly string s_md5 = Hex("MD5");
    private static readonly string s_sha256 = Hex("SHA-256");

    public static TheoryData<string[], string?> Texts => new()
    {
        { ["secret"], null },
        { [""], null },
        { ["ha1:md5:" + new string('a', 32)], null },
        { ["ha1:MD5:" + new string('A', 32), "ha1:sha-256:" + new string('b', 64)], null },
        { ["ha1:sha256:" + new string('b', 64)], null },
        { [], "missing" },
        { ["ha1:md5:" + new string('a', 31)], "hexadecimal" },
        { ["ha1:md5:" + new string('g', 32)], "hexadecimal" },
        { ["ha1:sha-1:" + new string('a', 40)], "hexadecimal" },
        { ["ha1:"], "hexadecimal" },
        { ["ha1:md5:" + new string('a', 32), "ha1:md5:" + new string('b', 32)], "one hash" },
        { ["one", "two"], "one password" },
        { ["ha1:md5:" + new string('a', 32), "secret"], "one password" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void TryParse_WhatAConfigurationGives_IsReadOrHasADefectWithoutTheSecret(string[] texts, string? defect)
    {
        bool isRead = UserSecret.TryParse(texts, out UserSecret? secret, out string said);

        Assert.Equal(defect is null, isRead);
        Assert.Equal(isRead, secret is not null);
        Assert.Contains(defect ?? string.Empty, said, StringComparison.Ordinal);
        Assert.DoesNotContain(texts, text => text.Length > 4 && said.Contains(text, StringComparison.Ordinal));
        Assert.Equal("***", (secret ?? UserSecret.OfPassword("x")).ToString());
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData(", algorithm=SHA-256", true, true)]
    [InlineData("", false, true)]
    [InlineData(", algorithm=MD5-sess, qop=\"auth\"", false, true)]
    [InlineData(", algorithm=SHA-256", false, false)]
    [InlineData(", algorithm=SHA-512-256", true, false)]
    public void Judge_AgainstHashes_AcceptsTheAlgorithmsThatAreThere(string algorithm, bool hasSha256, bool isAccepted)
    {
        UserSecret secret = UserSecret.TryOfHashes(s_md5, hasSha256 ? s_sha256 : null)!;

        Assert.Equal(isAccepted ? DigestOutcome.Accepted : DigestOutcome.Refused, Judge("secret", algorithm, Realm, secret));
        Assert.Equal(DigestOutcome.Refused, Judge("guess", algorithm, Realm, secret));
    }

    [Fact]
    public void Judge_HashOfAnotherRealm_IsRefused() =>
        Assert.Equal(DigestOutcome.Refused, Judge("secret", string.Empty, "elsewhere", UserSecret.TryOfHashes(s_md5, null)!));

    [Theory]
    [InlineData("secret", true)]
    [InlineData("Secret", false)]
    [InlineData("", false)]
    public void IsPassword_OfEachKind_IsTheSame(string password, bool isRight)
    {
        foreach (UserSecret secret in (UserSecret[])[UserSecret.OfPassword("secret"), UserSecret.TryOfHashes(s_md5, null)!, UserSecret.TryOfHashes(null, s_sha256)!, UserSecret.HashOf("guard", Realm, "secret")])
        {
            Assert.Equal(isRight, secret.IsPassword("guard", Realm, password));
            Assert.False(secret.IsPassword("guard", Realm, password + "x"));
        }
    }

    [Fact]
    public void Equals_SameAnswersAreRight_IsTrue()
    {
        Assert.Equal(UserSecret.OfPassword("a"), UserSecret.OfPassword("a"));
        Assert.NotEqual(UserSecret.OfPassword("a"), UserSecret.OfPassword("b"));
        Assert.Equal(UserSecret.TryOfHashes(s_md5.ToUpperInvariant(), null), UserSecret.TryOfHashes(s_md5, null));
        Assert.NotEqual(UserSecret.TryOfHashes(s_md5, s_sha256), UserSecret.TryOfHashes(s_md5, null));
    }

    [Theory]
    [InlineData("Basic dTpw", "u", "p")]
    [InlineData("basic dTpwOnE=", "u", "p:q")]
    [InlineData("Basic Og==", "", "")]
    [InlineData("Basic dQ==", null, null)]
    [InlineData("Basic !!", null, null)]
    [InlineData("Basic", null, null)]
    [InlineData("Digest username=\"u\"", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void Basic_Header_IsReadOrNot(string? header, string? user, string? password)
    {
        Assert.Equal(user is not null, BasicAuthorization.TryRead(header, out string? name, out string? shown));
        Assert.Equal((user, password), (name, shown));
    }

    private static string Hex(string name) =>
        DigestHash.Hex(name == "MD5" ? DigestAlgorithm.Md5 : DigestAlgorithm.Sha256, $"guard:{Realm}:secret");

    private static DigestOutcome Judge(string password, string algorithm, string realm, UserSecret secret)
    {
        DigestVerifier verifier = new(realm);
        AuthClient client = new("guard", password);
        Assert.True(client.Accept([verifier.Challenge("n") + algorithm]));
        Assert.True(verifier.TryRead(client.Authorization("PLAY", "rtsp://h/x"), "PLAY", out DigestClaim claim, out _));
        return DigestVerifier.Judge(claim, "n", static _ => true, secret);
    }
}
