using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Digest for clients (`-C`).</summary>
public sealed class FrontendAuthTests
{
    private static Task<FrontendHost> StartAsync(bool sha256 = false) =>
        FrontendHost.StartAsync(o => o with { ClientCredentials = [new Credentials("viewer", "secret")], OfferSha256 = sha256 });

    private static string Answer(RtspTestResponse challenge, string method, string uri, string password = "secret", int which = 0)
    {
        AuthClient client = new("viewer", password);
        string offered = challenge.Headers.Where(static h => h.Name == "WWW-Authenticate").Select(static h => h.Value).ElementAt(which);
        Assert.True(client.Accept([offered]));
        return "Authorization: " + client.Authorization(method, uri);
    }

    [Theory]
    [Rule("S36")]
    [InlineData("DESCRIBE")]
    [InlineData("SETUP")]
    [InlineData("PLAY")]
    [InlineData("PAUSE")]
    [InlineData("TEARDOWN")]
    [InlineData("GET_PARAMETER")]
    [InlineData("SET_PARAMETER")]
    public async Task LogIn_ProtectedMethod_Answers401AndThen200(string method)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse challenge = await client.RequestAsync(method, host.Url);
        Assert.Equal("RTSP/1.0 401 Unauthorized", challenge.StatusLine);
        RtspTestResponse answered = await client.RequestAsync(method, host.Url, Answer(challenge, method, host.Url));

        Assert.NotEqual(401, answered.Status);
    }

    [Fact]
    [Rule("S36")]
    public async Task LogIn_Options_NeedsNoCredentials()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
    }

    [Fact]
    [Rule("S36")]
    public async Task LogIn_UnknownStreamWithoutCredentials_Answers401()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", host.Url + "x")).Status);
    }

    [Fact]
    [Rule("S36")]
    public async Task LogIn_OneNonce_ServesAllMethodsOfTheConnection()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url, Answer(challenge, "DESCRIBE", host.Url))).Status);
        RtspTestResponse setup = await client.RequestAsync(
            "SETUP", host.Url + "/track1", Answer(challenge, "SETUP", host.Url + "/track1"), "Transport: RTP/AVP/TCP;interleaved=0-1");
        Assert.Equal(200, setup.Status);

        // Quirk (VLC): the digest's uri is the base URL whatever the request's is.
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url + "/", Answer(challenge, "PLAY", host.Url), "Session: " + setup.Session)).Status);

        // A SETUP inside a session is protected like any other, and being asked once more does not make the nonce a bad one.
        RtspTestResponse asked = await client.RequestAsync("SETUP", host.Url + "/track2", "Session: " + setup.Session);
        Assert.Equal(401, asked.Status);
        Assert.Equal(challenge.Header("WWW-Authenticate"), asked.Header("WWW-Authenticate"));
    }

    [Fact]
    [Rule("S36")]
    public async Task LogIn_NonceOutOfTime_AnswersStaleAndTheNewOneWorks()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);
        for (TimeSpan waited = TimeSpan.Zero; waited <= Authenticator.NonceLife; waited += TimeSpan.FromSeconds(60))
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        }

        RtspTestResponse stale = await client.RequestAsync("DESCRIBE", host.Url, Answer(challenge, "DESCRIBE", host.Url));

        Assert.Equal(401, stale.Status);
        Assert.EndsWith(", stale=TRUE", stale.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url, Answer(stale, "DESCRIBE", host.Url))).Status);
    }

    [Fact]
    [Rule("S36")]
    public async Task LogIn_WrongPassword_Answers401WithAnotherNonce()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);

        RtspTestResponse refused = await client.RequestAsync("DESCRIBE", host.Url, Answer(challenge, "DESCRIBE", host.Url, "wrong"));

        Assert.Equal(401, refused.Status);
        Assert.NotEqual(challenge.Header("WWW-Authenticate"), refused.Header("WWW-Authenticate"));
        Assert.DoesNotContain("stale", refused.Header("WWW-Authenticate"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Fact]
    [Rule("S37")]
    public async Task LogIn_Challenge_HasRealmAndNonceInTheOrderThatVlcReads()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);

        Assert.Matches("^Digest realm=\"LIVE555 Streaming Media\", nonce=\"[0-9a-f]{32}\"$", challenge.Header("WWW-Authenticate"));
        Assert.Single(challenge.Headers, static h => h.Name == "WWW-Authenticate");
    }

    [Theory]
    [Rule("S38")]
    [InlineData(0)]
    [InlineData(1)]
    public async Task LogIn_Sha256Offered_EitherChallengeMayBeAnswered(int which)
    {
        await using FrontendHost host = await StartAsync(sha256: true);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);
        string[] offers = [.. challenge.Headers.Where(static h => h.Name == "WWW-Authenticate").Select(static h => h.Value)];

        Assert.Equal(2, offers.Length);
        Assert.DoesNotContain("algorithm", offers[0], StringComparison.Ordinal);
        Assert.EndsWith(", algorithm=SHA-256", offers[1], StringComparison.Ordinal);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url, Answer(challenge, "DESCRIBE", host.Url, which: which))).Status);
    }
}
