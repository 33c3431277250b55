using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>The external decision over real connections, with an auth server on loopback.</summary>
public sealed class FrontendExternalTests
{
    [Theory]
    [InlineData("good", 200)]
    [InlineData("bad", 401)]
    public async Task Token_InTheQuery_IsAskedAboutAndCutOff(string token, int status)
    {
        CollectedLog log = new();
        await using StandInAuthServer server = new() { Answer = static request => Has(request, "token", "good") ? StandInAuthServer.Json("{}") : StandInAuthServer.Json("", "401 Unauthorized") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server), log: log);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", LogIns.Url(host, $"gate/1?start=live&token={token}"));

        Assert.Equal(status, response.Status);
        Assert.Equal(("read", "gate/1", token, "127.0.0.1", "rtsp"), Question(Assert.Single(server.Requests)));
        await host.SettleAsync();
        Assert.Equal(status == 401 ? 1 : 0, host.Frontend.Counters.AuthenticationsFailed);
        Assert.Equal(status == 401, log.Loud.Contains("Failed log-in from 127.0.0.1 as \"\" to \"gate/1\""));
        Assert.DoesNotContain(log.Texts, line => line.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_OfTheDescribe_IsGoodForTheSessionAndTheServerIsAskedOnce()
    {
        await using StandInAuthServer server = new();
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=good"))).Status);

        string session = await LogIns.PlayAsync(host, client, "gate/1");
        server.Answer = static _ => null;
        for (int i = 0; i < 10; i++)
        {
            // A minute and more each: the cache has forgotten it, and who plays is not asked about.
            await host.AdvanceAsync(TimeSpan.FromSeconds(61));
            Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", LogIns.Url(host, "gate/1"), "Session: " + session)).Status);
        }

        using RtspTestClient keepAlive = await host.ConnectAsync();
        Assert.Equal(454, (await keepAlive.RequestAsync("GET_PARAMETER", "*", "Session: " + session)).Status); // let in, to a session that is another connection's
        Assert.Single(server.Requests);

        // Another stream is another question, whatever session is named.
        server.Answer = static _ => StandInAuthServer.Json("", "403 Forbidden");
        Assert.Equal(403, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "lobby"), "Session: " + session)).Status);
    }

    /// <summary>Who was let in to watch has been let in to watch: a DEREGISTER of what it watches is another question.</summary>
    [Fact]
    public async Task Deregister_ByAViewerOfTheStream_IsAskedAbout()
    {
        await using StandInAuthServer server = new()
        {
            Answer = static request => Has(request, "action", "read") ? StandInAuthServer.Json("{}") : StandInAuthServer.Json("", "403 Forbidden"),
        };
        AccessRules rules = Rules(server);
        rules = rules with { External = rules.External! with { Actions = AccessRights.Read | AccessRights.Register } };
        FakeRegistry registry = new() { Names = { ["rtsp://192.0.2.9/s"] = "gate/1" }, Removal = DeregisterOutcome.Removed };
        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { Access = rules, AcceptRegister = true }, registry: registry);
        host.AddMount("gate/1");
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=good"))).Status);
        string session = await LogIns.PlayAsync(host, client, "gate/1");

        RtspTestResponse response = await client.RequestAsync("DEREGISTER", "rtsp://192.0.2.9/s", "Session: " + session);

        Assert.Contains(response.Status, (int[])[401, 403]);
        Assert.Empty(registry.Deregistered);
    }

    /// <summary>The cameras' credentials, and hosts that strangers may not name, are for who has shown something: not for an address, nor for a name.</summary>
    [Theory]
    [InlineData("nothing", false)]
    [InlineData("name", false)]
    [InlineData("token", false)]
    [InlineData("password", true)]
    [InlineData("digest", true)]
    public async Task Register_ServerSaysYes_IsAuthenticatedOnlyByWhatWasProven(string shown, bool isAuthenticated)
    {
        string ha1 = DigestHash.Hex(DigestAlgorithm.Md5, "nvr:FastRtspProxy:pa55");
        await using StandInAuthServer server = new() { Answer = _ => StandInAuthServer.Json(shown == "digest" ? $$$"""{"ha1": {"md5": "{{{ha1}}}"}}""" : "{}") };
        AccessRules rules = Rules(server);
        rules = rules with { Users = [], OffersBasic = true, External = rules.External! with { Actions = AccessRights.Register } };
        FakeRegistry registry = new();
        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { Access = rules, AcceptRegister = true }, registry: registry, isSecure: shown == "password");
        using RtspTestClient client = await host.ConnectAsync();
        string url = "rtsp://203.0.113.9/s" + (shown == "token" ? "?token=t" : "");
        string[] headers = shown switch
        {
            "name" => [$"Authorization: Digest username=\"nvr\", realm=\"FastRtspProxy\", nonce=\"n\", uri=\"{url}\", response=\"{new string('0', 32)}\""],
            "password" => [LogIns.Basic("nvr", "pa55")],
            _ => [],
        };

        RtspTestResponse response = shown == "digest"
            ? await LogIns.RequestAsync(client, "REGISTER", url, "nvr", "pa55")
            : await client.RequestAsync("REGISTER", url, headers);

        Assert.Equal(200, response.Status);
        Assert.Equal(isAuthenticated, Assert.Single(registry.Registered).IsAuthenticated);
    }

    [Fact]
    public async Task Digest_ServerGivesTheHash_IsHeldAgainstIt()
    {
        string ha1 = DigestHash.Hex(DigestAlgorithm.Md5, "anna:FastRtspProxy:pa55");
        await using StandInAuthServer server = new() { Answer = _ => StandInAuthServer.Json($$$"""{"ha1": {"md5": "{{{ha1}}}"}}""") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient guesser = await host.ConnectAsync();

        string session = await LogIns.PlayAsync(host, client, "gate/1", "anna", "pa55");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await LogIns.RequestAsync(guesser, "DESCRIBE", LogIns.Url(host, "gate/1"), "anna", "guess")).Status);
        }

        RtspTestResponse challenge = await guesser.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"));
        await guesser.SendAsync(guesser.Request("DESCRIBE", LogIns.Url(host, "gate/1"), LogIns.Answer(challenge, "DESCRIBE", LogIns.Url(host, "gate/1"), "anna", "guess")));
        Assert.True(await guesser.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(3, host.Frontend.Counters.AuthenticationsFailed);

        // Who has shown the password asks on, in its session and outside it.
        Assert.Equal(200, (await LogIns.RequestAsync(client, "GET_PARAMETER", LogIns.Url(host, "gate/1"), "anna", "pa55", "Session: " + session)).Status);
        Assert.Equal(200, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "gate/1"), "anna", "pa55")).Status);
        Assert.DoesNotContain(server.Requests, static request => request.Contains("password", StringComparison.Ordinal) || request.Contains("pa55", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("anna", 200)]
    [InlineData("otto", 401)]
    public async Task Digest_ServerDecidesByTheName_NoPasswordIsHeldAgainstAnything(string user, int status)
    {
        await using StandInAuthServer server = new() { Answer = static request => StandInAuthServer.Json(Has(request, "user", "anna") ? "{\"allow\": true}" : "{\"allow\": false}") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "gate/1"), user, "whatever")).Status);
    }

    [Fact]
    public async Task Basic_OverTls_SendsThePasswordOnAndASessionShowsItAgain()
    {
        await using StandInAuthServer server = new() { Answer = static request => Has(request, "password", "pa55") ? StandInAuthServer.Json("{}") : StandInAuthServer.Json("", "401 Unauthorized") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server) with { OffersBasic = true }, isSecure: true);
        using RtspTestClient client = await host.ConnectAsync();
        string url = LogIns.Url(host, "gate/1");

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", url, LogIns.Basic("anna", "guess"))).Status);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", url, LogIns.Basic("anna", "pa55"))).Status);
        RtspTestResponse setup = await client.RequestAsync("SETUP", url + "/track1", LogIns.Basic("anna", "pa55"), PlayDialogue.Interleaved(0));
        Assert.Equal(200, (await client.RequestAsync("PLAY", url, LogIns.Basic("anna", "pa55"), "Session: " + setup.Session)).Status);
        Assert.Equal(401, (await client.RequestAsync("GET_PARAMETER", url, LogIns.Basic("anna", "guess"), "Session: " + setup.Session)).Status);
        Assert.Equal(401, (await client.RequestAsync("GET_PARAMETER", url, "Session: " + setup.Session)).Status);
        Assert.Contains(server.Requests, static request => Has(request, "protocol", "rtsps"));
    }

    [Fact]
    public async Task ServerHangs_DelaysOnlyTheJoinsThatNeedIt()
    {
        await using StandInAuthServer server = new() { Answer = static _ => null };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server) with { Anonymous = ["lobby"] });
        List<RtspTestClient> waiting = [];
        for (int i = 0; i < 100; i++)
        {
            RtspTestClient one = await host.ConnectAsync();
            waiting.Add(one);
            await one.SendAsync(one.Request("DESCRIBE", LogIns.Url(host, "gate/1?token=t" + i)));
        }

        await Until.TrueAsync(() => server.Waiting == 3 && host.Frontend.Guesses.Waiting == 97, 30);

        // The clock stands still, so nothing that follows has waited for the server.
        using RtspTestClient user = await host.ConnectAsync();
        using RtspTestClient stranger = await host.ConnectAsync();
        string session = await LogIns.PlayAsync(host, user, "gate/1", "viewer");
        await LogIns.PlayAsync(host, stranger, "lobby");
        Assert.Equal(200, (await LogIns.RequestAsync(user, "GET_PARAMETER", "*", "viewer", null, "Session: " + session)).Status);
        await host.MountOf("gate/1").EmitAsync(0);
        Assert.Equal(0, (await user.ReadFrameAsync()).Channel);

        // Those that it gave no answer about are nobody's guesses: the others wait no longer behind them.
        host.Time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(() => server.Waiting == 3 + ExternalDecision.MaxAsked && host.Frontend.Guesses.Waiting == 0, 30);
        host.Time.Advance(TimeSpan.FromSeconds(2));
        foreach (RtspTestClient one in waiting)
        {
            Assert.Equal(403, (await one.ReadResponseAsync()).Status);
            one.Dispose();
        }

        Assert.Equal(100, host.Frontend.Counters.AccessRefused);
        Assert.Equal(0, host.Frontend.Counters.AuthenticationsFailed);

        server.Answer = static _ => StandInAuthServer.Json("{}"); // it is back
        using RtspTestClient next = await host.ConnectAsync();
        Assert.Equal(200, (await next.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=t1"))).Status);
    }

    [Theory]
    [InlineData(ExternalOnError.Deny, 403)]
    [InlineData(ExternalOnError.LastKnown, 200)]
    public async Task ServerFails_WhoWasLetInBefore_AsConfigured(ExternalOnError onError, int status)
    {
        await using StandInAuthServer server = new();
        AccessRules rules = Rules(server);
        await using FrontendHost host = await LogIns.StartAsync(rules with { External = rules.External! with { OnError = onError } });
        using (RtspTestClient first = await host.ConnectAsync())
        {
            Assert.Equal(200, (await first.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=t"))).Status);
        }

        server.Answer = static _ => StandInAuthServer.Json("", "500 Oops");
        await host.AdvanceAsync(TimeSpan.FromSeconds(61));
        using RtspTestClient again = await host.ConnectAsync();
        using RtspTestClient stranger = await host.ConnectAsync();

        Assert.Equal(status, (await again.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=t"))).Status);
        Assert.Equal(403, (await stranger.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=other"))).Status);
    }

    [Fact]
    public async Task TokenGuesses_AreBoundedAsPasswordsAre()
    {
        await using StandInAuthServer server = new() { Answer = static _ => StandInAuthServer.Json("", "403 Forbidden") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient guesser = await host.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await guesser.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=g" + i))).Status);
        }

        await guesser.SendAsync(guesser.Request("DESCRIBE", LogIns.Url(host, "gate/1?token=g3")));

        Assert.True(await guesser.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(3, server.Requests.Count);
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(200));
        Assert.Equal(401, (await guesser.ReadResponseAsync()).Status);
        Assert.Equal(4, server.Requests.Count);
    }

    /// <summary>On many connections at once, at a server that takes its time: what is under way may all be wrong.</summary>
    [Fact]
    public async Task TokenGuesses_OnManyConnectionsAtOnce_ThreeAreAsked()
    {
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StandInAuthServer server = new() { Answer = static _ => StandInAuthServer.Json("", "403 Forbidden"), Gate = answers.Task };
        AccessRules rules = Rules(server);
        await using FrontendHost host = await LogIns.StartAsync(rules with { External = rules.External! with { Timeout = TimeSpan.FromSeconds(30) } });
        for (int i = 0; i < 10; i++)
        {
            RtspTestClient guesser = await host.ConnectAsync();
            await guesser.SendAsync(guesser.Request("DESCRIBE", LogIns.Url(host, "gate/1?token=g" + i)));
        }

        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 7 && server.Requests.Count == 3);
        answers.SetResult();
        await Until.TrueAsync(() => host.Frontend.Counters.AuthenticationsFailed == 3);
        await host.SettleAsync();
        Assert.Equal((3, 7), (server.Requests.Count, host.Frontend.Guesses.Waiting));

        await host.AdvanceAsync(TimeSpan.FromMilliseconds(200));

        await Until.TrueAsync(() => host.Frontend.Counters.AuthenticationsFailed == 4);
        Assert.Equal((4, 6), (server.Requests.Count, host.Frontend.Guesses.Waiting));
    }

    /// <summary>Behind one address, with right tokens: nobody is refused, and nobody waits for a clock.</summary>
    [Fact]
    public async Task Tokens_ACrowdBehindOneAddress_IsInWithTheServersAnswers()
    {
        await using StandInAuthServer server = new();
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        List<RtspTestClient> crowd = [];
        for (int i = 0; i < 100; i++)
        {
            crowd.Add(await host.ConnectAsync());
            await crowd[i].SendAsync(crowd[i].Request("DESCRIBE", LogIns.Url(host, "gate/1?token=t" + i)));
        }

        foreach (RtspTestClient one in crowd)
        {
            Assert.Equal(200, (await one.ReadResponseAsync()).Status);
        }

        Assert.Equal(0, host.Frontend.Guesses.Waiting);
    }

    /// <summary>Their connections are gone: what they asked still ends, and the address's places are free again.</summary>
    [Fact]
    public async Task Tokens_WhoWaitsHangsUp_TheNextOnesAreAsked()
    {
        await using StandInAuthServer server = new() { Answer = static _ => null };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        List<RtspTestClient> crowd = [];
        for (int i = 0; i < 10; i++)
        {
            crowd.Add(await host.ConnectAsync());
            await crowd[i].SendAsync(crowd[i].Request("DESCRIBE", LogIns.Url(host, "gate/1?token=t" + i)));
        }

        await Until.TrueAsync(() => server.Waiting == 3 && host.Frontend.Guesses.Waiting == 7);
        crowd.ForEach(static one => one.Dispose());
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 0);
        server.Answer = static _ => StandInAuthServer.Json("{}");
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        using RtspTestClient next = await host.ConnectAsync();
        Assert.Equal(200, (await next.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=next"))).Status);
    }

    [Fact]
    public async Task FirstRequestOfAUser_DoesNotAskTheServer()
    {
        await using StandInAuthServer server = new() { Answer = static _ => null };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
        Assert.Equal(200, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "gate/1"), "viewer")).Status);
        Assert.Equal(401, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "gate/1"), "viewer", "guess")).Status);

        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 401)]
    public async Task NoUsers_StrangerWithoutAToken_IsAskedAboutByItsAddress(bool isAllowed, int status)
    {
        await using StandInAuthServer server = new() { Answer = _ => StandInAuthServer.Json(isAllowed ? "{\"allow\": true}" : "{\"allow\": false}") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server) with { Users = [] });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
        Assert.Equal(0, host.Frontend.Counters.AuthenticationsFailed);
        Assert.DoesNotContain(server.Requests, static request => request.Contains("\"user\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StreamForCertainRoles_IsNotForThoseWhoHaveNone()
    {
        await using StandInAuthServer server = new();
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(403, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "hall?token=good"))).Status);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=good"))).Status);
        Assert.Equal(404, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "nowhere?token=good"))).Status);
    }

    /// <summary>
    /// Neither by the answer nor by who is asked: one that it may not see, one that is not there, and one that it could see with another token.
    /// </summary>
    [Theory]
    [InlineData("hall")]
    [InlineData("nowhere")]
    [InlineData("gate/1")]
    public async Task StrangerWithABadToken_HearsTheSameOfEachStream(string stream)
    {
        await using StandInAuthServer server = new() { Answer = static _ => StandInAuthServer.Json("", "403 Forbidden") };
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, stream + "?token=bad"))).Status);

        await host.SettleAsync();
        Assert.Single(server.Requests);
        Assert.Equal((1, 0), (host.Frontend.Counters.AuthenticationsFailed, host.Frontend.Counters.AccessRefused));
    }

    [Fact]
    public async Task ChangeAccess_NoExternalDecisionAnyMore_EndsWhomItLetIn()
    {
        await using StandInAuthServer server = new();
        await using FrontendHost host = await LogIns.StartAsync(Rules(server));
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1?token=good"))).Status);
        await LogIns.PlayAsync(host, client, "gate/1");

        AccessRules same = Rules(server);
        host.Frontend.ChangeAccess(same with { External = same.External! with { Headers = [new("X-Secret", "new")] } });
        await host.SettleAsync();
        Assert.Equal(0, host.Frontend.Counters.SessionsRevoked);
        host.Frontend.ChangeAccess(LogIns.House);

        await LogIns.ReadByeAsync(host, client);
        await Until.TrueAsync(() => host.Frontend.Counters.SessionsRevoked == 1, 30);
    }

    private static AccessRules Rules(StandInAuthServer server) => LogIns.House with { External = new ExternalSettings(server.Url) { Headers = [new("X-Secret", "s3")] } };

    private static bool Has(string request, string member, string value) => request.Contains($"\"{member}\":\"{value}\"", StringComparison.Ordinal);

    private static (string?, string?, string?, string?, string?) Question(string request)
    {
        using JsonDocument json = JsonDocument.Parse(request.Split("\r\n\r\n")[1]);
        string? Of(string name) => json.RootElement.GetProperty(name).GetString();
        return (Of("action"), Of("path"), Of("token"), Of("address"), Of("protocol"));
    }
}
