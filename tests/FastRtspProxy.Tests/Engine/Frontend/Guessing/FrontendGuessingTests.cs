using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend.Guessing;

/// <summary>Guessing over real connections, with a clock that stands still until a test moves it.</summary>
public sealed class FrontendGuessingTests
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(200);

    private static Task<FrontendHost> StartAsync(CollectedLog? log = null, Func<ProxyOptions, ProxyOptions>? change = null, IStreamRegistry? registry = null) => FrontendHost.StartAsync(
        o => (change ?? (static p => p))(o with { ClientCredentials = [new Credentials("viewer", "secret"), new Credentials("admin", "other")] }), log: log, registry: registry);

    [Fact]
    public async Task Answer_FourthWrongInARow_WaitsForItsTurn()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        using RtspTestClient client = await host.ConnectAsync();

        await SendAnswerAsync(host, client, await ChallengeAsync(host, client), "guess");

        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(s_turn);
        Assert.Equal(401, (await client.ReadResponseAsync()).Status);
        Assert.Equal(4, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Fact]
    public async Task Answer_RightOneInTheLine_IsAcceptedInItsTurn()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        using RtspTestClient client = await host.ConnectAsync();

        await SendAnswerAsync(host, client, await ChallengeAsync(host, client), "secret");

        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(s_turn);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Answer_SixtyFourConnectionsThatHangUp_GiveTheirDescriptorsBackAtOnceAndAreNeverJudged()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);

        // The clock stands still: what is judged now is judged beside the line.
        for (int round = 0; round < 3; round++)
        {
            List<RtspTestClient> clients = [];
            for (int i = 0; i < 64; i++)
            {
                RtspTestClient client = await host.ConnectAsync();
                clients.Add(client);
                await SendAnswerAsync(host, client, await ChallengeAsync(host, client), "guess");
            }

            await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 64);
            for (int i = 0; i < clients.Count; i++)
            {
                // Closed, shut down, or reset.
                if (i % 3 == 1)
                {
                    clients[i].Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                }
                else
                {
                    clients[i].Socket.LingerState = new System.Net.Sockets.LingerOption(i % 3 == 2, 0);
                    clients[i].Dispose();
                }
            }

            await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
            clients.ForEach(static client => client.Dispose());
        }

        await host.SettleAsync();
        Assert.Equal(3, host.Frontend.Counters.AuthenticationsFailed);
        Assert.Equal(0, host.Frontend.Counters.AnswersUnjudged);

        // Nobody stands in the line any more: the next one is the first.
        using RtspTestClient viewer = await host.ConnectAsync();
        await SendAnswerAsync(host, viewer, await ChallengeAsync(host, viewer), "secret");
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(s_turn);
        Assert.Equal(200, (await viewer.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Answer_MoreThanSixtyFourWait_TheRestIsRefusedLikeAWrongOne()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        using Crowd crowd = await Crowd.WaitAsync(host, 64);
        using RtspTestClient viewer = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, viewer);

        RtspTestResponse refused = await AnswerAsync(host, viewer, challenge, "secret");

        Assert.Equal(401, refused.Status);
        Assert.DoesNotContain("stale", refused.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.NotEqual(challenge.Header("WWW-Authenticate"), refused.Header("WWW-Authenticate"));
        Assert.Equal(1, host.Frontend.Counters.AnswersUnjudged);

        // A question is no guess, and is answered as ever.
        Assert.Equal(401, (await viewer.RequestAsync("DESCRIBE", host.Url)).Status);
        Assert.Equal(200, (await viewer.RequestAsync("OPTIONS", host.Url)).Status);
    }

    [Fact]
    public async Task Answer_OfAConnectionThatLoggedIn_IsNeverRefusedBecauseOfANeighbour()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient viewer = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, viewer);
        Assert.Equal(200, (await AnswerAsync(host, viewer, challenge, "secret")).Status);
        await RestrictAsync(host);
        using Crowd crowd = await Crowd.WaitAsync(host, 64);

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await AnswerAsync(host, viewer, challenge, "secret", method: "GET_PARAMETER")).Status);
        }
    }

    [Fact]
    public async Task Answer_OfASessionThatPlays_OnANewConnectionGoesBeforeTheGuessers()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient viewer = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, viewer);
        RtspTestResponse setup = await viewer.RequestAsync(
            "SETUP", host.Url + "/track1", Authorization(challenge, "SETUP", host.Url + "/track1", "secret"), "Transport: RTP/AVP;unicast;client_port=50000-50001");
        Assert.Equal(200, setup.Status);
        await RestrictAsync(host);
        using Crowd crowd = await Crowd.WaitAsync(host, 64);

        using RtspTestClient keepAlive = await host.ConnectAsync();
        RtspTestResponse asked = await keepAlive.RequestAsync("GET_PARAMETER", host.Url, "Session: " + setup.Session);
        await keepAlive.SendAsync(keepAlive.Request("GET_PARAMETER", host.Url, Authorization(asked, "GET_PARAMETER", host.Url, "secret"), "Session: " + setup.Session));
        await Until.TrueAsync(() => host.Frontend.Counters.AnswersUnjudged == 1);
        await host.AdvanceAsync(s_turn);

        Assert.Equal(200, (await keepAlive.ReadResponseAsync()).Status);
        Assert.Equal(3, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Fact]
    public async Task Answer_OfAConnectionThatLoggedInForAnotherUser_WaitsLikeAnyGuess()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, client);
        Assert.Equal(200, (await AnswerAsync(host, client, challenge, "secret")).Status);
        for (int i = 0; i < 3; i++)
        {
            challenge = await AnswerAsync(host, client, challenge, "guess", user: "admin");
            Assert.Equal(401, challenge.Status);
        }

        await SendAnswerAsync(host, client, challenge, "guess", user: "admin");

        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(s_turn);
        Assert.Equal(401, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Answer_WrongOneOfAConnectionThatLoggedIn_CountsAndEndsThePrivilege()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, client);
        Assert.Equal(200, (await AnswerAsync(host, client, challenge, "secret")).Status);
        await RestrictAsync(host);
        challenge = await AnswerAsync(host, client, challenge, "guess");
        Assert.Equal(401, challenge.Status);
        await host.SettleAsync();
        Assert.Equal(4, host.Frontend.Counters.AuthenticationsFailed);

        await SendAnswerAsync(host, client, challenge, "secret");

        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        await host.AdvanceAsync(s_turn);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Answer_OfAnotherAddress_DoesNotWait()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        using RtspTestClient other = await RtspTestClient.ConnectAsync(host.Port, from: IPAddress.Parse("127.0.0.9"));

        Assert.Equal(200, (await AnswerAsync(host, other, await ChallengeAsync(host, other), "secret")).Status);
    }

    [Fact]
    public async Task Nonce_OfAnotherConnection_IsStaleAfterARightAnswerAlone()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient one = await host.ConnectAsync();
        using RtspTestClient other = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, one);

        RtspTestResponse wrong = await AnswerAsync(host, other, challenge, "guess");
        RtspTestResponse stale = await AnswerAsync(host, other, challenge, "secret");

        Assert.DoesNotContain("stale", wrong.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(1, host.Frontend.Counters.AuthenticationsFailed);
        Assert.Equal(401, stale.Status);
        Assert.EndsWith(", stale=TRUE", stale.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(200, (await AnswerAsync(host, other, stale, "secret")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("00000000000000000000000000000000")]
    public async Task Nonce_MadeUp_TellsNothingOfThePassword(string nonce)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        foreach (string password in (string[])["secret", "guess"])
        {
            RtspTestResponse refused = await client.RequestAsync("DESCRIBE", host.Url, AuthorizationFor(nonce, "DESCRIBE", host.Url, password));

            Assert.Equal(401, refused.Status);
            Assert.Matches("^Digest realm=\"[^\"]*\", nonce=\"[0-9a-f]{32}\"$", refused.Header("WWW-Authenticate"));
        }

        Assert.Equal(1, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nonce_WrongAnswersToAnyNonce_AreGuesses(bool isOurs)
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient one = await host.ConnectAsync();
        string header = isOurs ? Authorization(await ChallengeAsync(host, one), "DESCRIBE", host.Url, "guess") : AuthorizationFor("x", "DESCRIBE", host.Url, "guess");
        using RtspTestClient other = await host.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await other.RequestAsync("DESCRIBE", host.Url, header)).Status);
        }

        await other.SendAsync(other.Request("DESCRIBE", host.Url, header));

        Assert.True(await other.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Nonce_OfAnotherConnectionInALongLine_WaitsOnce()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient first = await host.ConnectAsync();
        RtspTestResponse old = await ChallengeAsync(host, first);
        await RestrictAsync(host);
        using RtspTestClient player = await host.ConnectAsync();
        await SendAnswerAsync(host, player, old, "secret");
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 1);
        using Crowd crowd = await Crowd.WaitAsync(host, 40);
        await host.AdvanceAsync(s_turn);
        RtspTestResponse stale = await player.ReadResponseAsync();
        Assert.EndsWith(", stale=TRUE", stale.Header("WWW-Authenticate"), StringComparison.Ordinal);

        await SendAnswerAsync(host, player, stale, "secret");
        Assert.True(await player.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        await Until.TrueAsync(() => host.Frontend.Guesses.Waiting == 41);
        await host.AdvanceAsync(s_turn);

        Assert.Equal(200, (await player.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Answer_ByBasicOrForAnotherRealm_IsNoGuessAndNoWayIn()
    {
        await using FrontendHost host = await StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string basic = "Authorization: Basic " + Convert.ToBase64String("viewer:secret"u8);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(401, (await client.RequestAsync("DESCRIBE", host.Url, basic)).Status);
        }

        Assert.Equal(200, (await AnswerAsync(host, client, await ChallengeAsync(host, client), "secret")).Status);
        Assert.Equal(0, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Fact]
    public async Task Register_WrongAnswers_AreGuessesToo()
    {
        await using FrontendHost host = await StartAsync(change: o => o with { AcceptRegister = true, RegisterCredentials = [new Credentials("viewer", "registers")] });
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, client);
        Assert.Equal(200, (await AnswerAsync(host, client, challenge, "secret")).Status);
        for (int i = 0; i < 3; i++)
        {
            challenge = await client.RequestAsync("REGISTER", "rtsp://192.0.2.9/s", Authorization(challenge, "REGISTER", "rtsp://192.0.2.9/s", "secret"));
            Assert.Equal(401, challenge.Status);
        }

        await client.SendAsync(client.Request("REGISTER", "rtsp://192.0.2.9/s", Authorization(challenge, "REGISTER", "rtsp://192.0.2.9/s", "secret")));

        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task FailedLogIns_AreSaidWithoutThePassword()
    {
        CollectedLog log = new();
        await using FrontendHost host = await StartAsync(log);
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, client);
        challenge = await AnswerAsync(host, client, challenge, "pa55w0rd");
        await AnswerAsync(host, client, challenge, "pa55w0rd", user: "a\" to \"b");

        Assert.Equal(
            ["Failed log-in from 127.0.0.1 as \"viewer\" to \"cam\"", "Failed log-in from 127.0.0.1 as \"a\\u0022 to \\u0022b\" to \"cam\""],
            log.Loud.Where(static line => line.StartsWith("Failed", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Texts, static line => line.Contains("pa55w0rd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_WhileAnswersWait_IsNotHeldUp()
    {
        await using FrontendHost host = await StartAsync();
        await RestrictAsync(host);
        using Crowd crowd = await Crowd.WaitAsync(host, 10);

        await host.StopFrontendAsync().WaitAsync(TimeSpan.FromSeconds(60));

        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
    }

    /// <summary>Three wrong answers: from now on the answers of 127.0.0.1 wait.</summary>
    private static async Task RestrictAsync(FrontendHost host)
    {
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await ChallengeAsync(host, client);
        for (int i = 0; i < 3; i++)
        {
            challenge = await AnswerAsync(host, client, challenge, "guess");
            Assert.Equal(401, challenge.Status);
        }
    }

    private static Task<RtspTestResponse> ChallengeAsync(FrontendHost host, RtspTestClient client) => client.RequestAsync("DESCRIBE", host.Url);

    private static async Task<RtspTestResponse> AnswerAsync(
        FrontendHost host, RtspTestClient client, RtspTestResponse challenge, string password, string user = "viewer", string method = "DESCRIBE")
    {
        await SendAnswerAsync(host, client, challenge, password, user, method);
        return await client.ReadResponseAsync();
    }

    private static Task SendAnswerAsync(FrontendHost host, RtspTestClient client, RtspTestResponse challenge, string password, string user = "viewer", string method = "DESCRIBE") =>
        client.SendAsync(client.Request(method, host.Url, Authorization(challenge, method, host.Url, password, user)));

    private static string Authorization(RtspTestResponse challenge, string method, string url, string password, string user = "viewer")
    {
        AuthClient answers = new(user, password);
        Assert.True(answers.Accept([challenge.Header("WWW-Authenticate")!]));
        return "Authorization: " + answers.Authorization(method, url);
    }

    private static string AuthorizationFor(string nonce, string method, string url, string password)
    {
        AuthClient answers = new("viewer", password);
        Assert.True(answers.Accept([$"Digest realm=\"{FastRtspProxy.Engine.Access.AccessRules.Live555Realm}\", nonce=\"{nonce}\""]));
        return "Authorization: " + answers.Authorization(method, url);
    }

    /// <summary>Guessers that wait for their turns.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly List<RtspTestClient> _clients = [];

        public static async Task<Crowd> WaitAsync(FrontendHost host, int count)
        {
            Crowd crowd = new();
            for (int i = 0; i < count; i++)
            {
                RtspTestClient client = await host.ConnectAsync();
                crowd._clients.Add(client);
                await SendAnswerAsync(host, client, await ChallengeAsync(host, client), "guess");
            }

            await Until.TrueAsync(() => host.Frontend.Guesses.Waiting >= count);
            return crowd;
        }

        public void Dispose() => _clients.ForEach(static client => client.Dispose());
    }
}
