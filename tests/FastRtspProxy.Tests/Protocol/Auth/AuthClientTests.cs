using System.Security.Cryptography;
using System.Text;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Protocol.Auth;

public class AuthClientTests
{
    [Fact]
    public void Authorization_BeforeAChallenge_IsNull()
    {
        Assert.Null(new AuthClient("u", "p").Authorization("OPTIONS", "*"));
    }

    [Fact]
    public void Accept_Basic_SendsUserAndPassword()
    {
        AuthClient client = new("Aladdin", "open sesame");

        Assert.True(client.Accept(["Basic realm=\"x\""]));
        Assert.Equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", client.Authorization("DESCRIBE", "rtsp://h/"));
        Assert.False(client.Accept(["Basic realm=\"x\""]));
    }

    [Fact]
    public void Accept_Rfc2617Example_GivesItsResponse()
    {
        AuthClient client = new("Mufasa", "Circle Of Life", () => "0a4f113b");

        Assert.True(client.Accept(
            ["Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""]));

        string text = client.Authorization("GET", "/dir/index.html")!;
        Assert.Contains("response=\"6629fae49393a05397450978507c4ef1\"", text, StringComparison.Ordinal);
        Assert.Contains("qop=auth, nc=00000001, cnonce=\"0a4f113b\"", text, StringComparison.Ordinal);
        Assert.Contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"", text, StringComparison.Ordinal);
        Assert.Contains("nc=00000002", client.Authorization("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Accept_Rfc7616Example_GivesItsResponse(string algorithm, string response)
    {
        AuthClient client = new("Mufasa", "Circle of Life", () => "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");

        Assert.True(client.Accept(
            [$"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""]));

        string text = client.Authorization("GET", "/dir/index.html")!;
        Assert.Contains($"response=\"{response}\"", text, StringComparison.Ordinal);
        Assert.Contains($"algorithm={algorithm},", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")]
    [InlineData("", "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a")]
    [InlineData(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a")]
    public void Sha512Slash256_Fips180Examples_Match(string text, string expected)
    {
        byte[] hash = new byte[32];

        Assert.Equal(32, Sha512Slash256.HashData(Encoding.ASCII.GetBytes(text), hash));
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void TakeNextNonce_NamedByTheServer_SignsWhatFollowsAndCountsAnew()
    {
        AuthClient client = new("u", "p", () => "c");
        client.TakeNextNonce("nextnonce=\"early\""); // before a challenge it means nothing
        Assert.Null(client.Authorization("PLAY", "rtsp://h/"));
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"n\", qop=\"auth\""]));
        Assert.Contains("nonce=\"n\"", client.Authorization("PLAY", "rtsp://h/"), StringComparison.Ordinal);

        client.TakeNextNonce("rspauth=\"0\", nextnonce=\"m\", nc=00000001");

        string text = client.Authorization("PLAY", "rtsp://h/")!;
        Assert.Contains("nonce=\"m\"", text, StringComparison.Ordinal);
        Assert.Contains("nc=00000001", text, StringComparison.Ordinal);
        Assert.Contains(Md5($"{Md5("u:r:p")}:m:00000001:c:auth:{Md5("PLAY:rtsp://h/")}"), text, StringComparison.Ordinal);

        client.TakeNextNonce("nextnonce=\"m\""); // the one in use
        client.TakeNextNonce("nextnonce=\"\"");
        client.TakeNextNonce("qop=auth");
        Assert.Contains("nc=00000002", client.Authorization("PLAY", "rtsp://h/"), StringComparison.Ordinal);

        Assert.False(client.Accept(["Digest realm=\"r\", nonce=\"m\", qop=\"auth\""])); // refused with it: the password is wrong
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"n\", qop=\"auth\""]));
    }

    [Fact]
    public void TakeNextNonce_Md5Session_TheKeyStaysThatOfTheChallenge()
    {
        AuthClient client = new("u", "p", () => "c");
        Assert.True(client.Accept(["Digest nonce=\"n\", algorithm=MD5-sess, realm=\"r\", qop=\"auth\""]));
        _ = client.Authorization("PLAY", "rtsp://h/");

        client.TakeNextNonce("nextnonce=\"m\"");

        string a1 = Md5(Md5("u:r:p") + ":n:c");
        Assert.Contains(Md5($"{a1}:m:00000001:c:auth:{Md5("PLAY:rtsp://h/")}"), client.Authorization("PLAY", "rtsp://h/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_Md5Session_HashesTheFirstCnonce()
    {
        int count = 0;
        AuthClient client = new("u", "p", () => $"c{count++}");
        Assert.True(client.Accept(["Digest nonce=\"n\", algorithm=MD5-sess, realm=\"r\", qop=\"auth\""]));
        string a1 = Md5(Md5("u:r:p") + ":n:c0");

        string first = client.Authorization("PLAY", "rtsp://h/")!;
        string second = client.Authorization("PLAY", "rtsp://h/")!;

        Assert.Contains(Md5($"{a1}:n:00000001:c0:auth:{Md5("PLAY:rtsp://h/")}"), first, StringComparison.Ordinal);
        Assert.Contains(Md5($"{a1}:n:00000002:c0:auth:{Md5("PLAY:rtsp://h/")}"), second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Digest realm=\"r\", nonce=\"n\"")]
    [InlineData("Digest nonce=\"n\",realm=\"r\"")]
    [InlineData("digest  nonce = \"n\" , algorithm=\"MD5\", realm = \"r\"")]
    [InlineData("Digest qop=\"\", realm=r, nonce=n,")]
    [InlineData("Digest domain=\"a, b=c\", stale=\"FALSE\", nonce=\"n\", realm=\"r\"")]
    public void Quirk_ParametersInAnyOrderAndQuoting_AreRead(string challenge)
    {
        AuthClient client = new("u", "p");

        Assert.True(client.Accept([challenge]));
        Assert.Contains($"response=\"{Md5($"{Md5("u:r:p")}:n:{Md5("DESCRIBE:rtsp://h/")}")}\"", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Quirk_LongseChallengeWithTrailingBlank_IsAnswered()
    {
        RtspMessage message = RtspMessageParserTests.Parse(TestData.Text("longse_unauthorized.txt"));
        AuthClient client = new("u", "p");

        Assert.True(client.Accept(message.HeaderValues("WWW-Authenticate")));
        Assert.Contains("realm=\"IPC Login\"", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);
    }

    [Theory]
    [Rule("S38")]
    [InlineData("algorithm=MD5,", "Basic realm=\"r\"|Digest realm=\"r\", nonce=\"n\", algorithm=MD5")]
    [InlineData("algorithm=SHA-256,", "Digest realm=\"r\", nonce=\"m\", algorithm=MD5|Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256")]
    [InlineData("algorithm=SHA-256,", "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, Digest realm=\"r\", nonce=\"m\", algorithm=MD5")]
    [InlineData("algorithm=SHA-512-256,", "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256|Digest realm=\"r\", nonce=\"m\", algorithm=SHA-256")]
    [InlineData("algorithm=MD5,", "Digest realm=\"r\", nonce=\"n\", algorithm=TIGER|Digest realm=\"r\", nonce=\"n\", algorithm=MD5|Bearer x")]
    [InlineData("Basic ", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\", Basic realm=\"r\"")]
    public void Accept_SeveralChallenges_TheStrongestThatWeKnowIsAnswered(string expected, string challenges)
    {
        AuthClient client = new("u", "p");

        Assert.True(client.Accept(challenges.Split('|')));
        Assert.Contains(expected, client.Authorization("DESCRIBE", "rtsp://h/") + ",", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n")]
    [InlineData("m")]
    public void Quirk_StrongestIsOfferedAndRefused_TheNextDigestHasItsTurnAndNeverBasic(string nextNonce)
    {
        AuthClient client = new("u", "p");
        Assert.True(client.Accept(Offers("n")));
        Assert.Contains("algorithm=SHA-256", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);

        Assert.True(client.Accept(Offers(nextNonce)));
        Assert.Contains("algorithm=MD5", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);

        Assert.False(client.Accept(Offers(nextNonce)));
        Assert.True(client.Accept(Offers("rotated")));
        Assert.Contains("algorithm=MD5", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, ", stale=TRUE")]
    public void Accept_StrongestWasTakenOrOnlyItsNonceIsStale_StaysWithTheNextNonce(bool wasTaken, string extra)
    {
        AuthClient client = new("u", "p");
        Assert.True(client.Accept(Offers("1")));
        for (int i = 0; i < (wasTaken ? 2 : 1); i++)
        {
            _ = client.Authorization("DESCRIBE", "rtsp://h/"); // a second request: the first was not challenged
        }

        Assert.True(client.Accept(Offers("2", extra)));

        Assert.Contains("algorithm=SHA-256", client.Authorization("DESCRIBE", "rtsp://h/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer token")]
    [InlineData("Digest realm=\"r\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=TIGER")]
    [InlineData(",,,=,\"")]
    public void Accept_NothingToAnswer_IsFalse(string challenge)
    {
        Assert.False(new AuthClient("u", "p").Accept([challenge]));
        Assert.False(new AuthClient("u", "p").Accept([]));
    }

    [Fact]
    [Rule("C6")]
    public void Accept_SameChallengeAgain_IsNotWorthARetryUnlessStale()
    {
        AuthClient client = new("u", "p");
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"1\""]));
        Assert.NotNull(client.Authorization("DESCRIBE", "rtsp://h/"));

        Assert.False(client.Accept(["Digest realm=\"r\", nonce=\"1\""]));
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"1\", stale=TRUE"]));
    }

    [Fact]
    public void Quirk_NonceRotatedWithoutStale_IsTakenOver()
    {
        AuthClient client = new("u", "p");
        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"1\", qop=\"auth\""]));
        Assert.Contains("nc=00000001", client.Authorization("OPTIONS", "*"), StringComparison.Ordinal);

        Assert.True(client.Accept(["Digest realm=\"r\", nonce=\"2\", qop=\"auth\""]));

        string text = client.Authorization("OPTIONS", "*")!;
        Assert.Contains("nonce=\"2\"", text, StringComparison.Ordinal);
        Assert.Contains("nc=00000001", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Authorization_QuotesInUser_AreEscapedAndPasswordIsNowhere()
    {
        AuthClient client = new("a\"b\\", "se\"cret");
        Assert.True(client.Accept(["Digest realm=\"say \\\"hi\\\"\", nonce=\"n\""]));

        string text = client.Authorization("OPTIONS", "*")!;

        Assert.Contains("username=\"a\\\"b\\\\\", realm=\"say \\\"hi\\\"\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", text, StringComparison.Ordinal);
    }

    private static string[] Offers(string nonce, string extra = "") =>
    [
        $"Digest realm=\"r\", nonce=\"{nonce}\", algorithm=SHA-256{extra}",
        $"Digest realm=\"r\", nonce=\"{nonce}\", algorithm=MD5{extra}",
        "Basic realm=\"r\"",
    ];

    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
