using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Who may ask the HTTP server for what.</summary>
public sealed class HttpServerTests
{
    private const string Marked = "X-Requested-With: test";

    private static readonly HttpConfig s_withToken = new() { Token = new Secret(HttpBench.Token) };

    private static readonly AccessRules s_rules = new()
    {
        Users = [LogIns.User("viewer", "view"), LogIns.User("watcher", "status"), LogIns.User("admin", "status", "api", "view")],
        Roles =
        [
            new AccessRole("view", AccessRights.Read) { Streams = [LogIns.Pattern("gate/*")] },
            new AccessRole("status", AccessRights.Status),
            new AccessRole("api", AccessRights.Api),
        ],
    };

    private static string Basic(string user, string? password = null) => LogIns.Basic(user, password ?? user + "'s");

    /// <summary>A request that lasts, as a live picture does, has its right as long as the rules give it.</summary>
    [Fact]
    public async Task MayRead_RulesChangeWhileARequestLasts_GoesByTheNewOnes()
    {
        HttpExchange? lasting = null;
        HttpRoute route = new("GET", "/probe/lasting", AccessRights.Read, exchange => Task.FromResult(lasting = exchange));
        await using HttpBench bench = await HttpBench.StartAsync(null, s_rules, route);
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/lasting", Basic("admin")));
        Assert.True(lasting!.MayRead("gate/1", isKnown: true));

        bench.Engine.ChangeAccess(s_rules with { Users = [LogIns.User("admin", "status")] });
        Assert.False(lasting.MayRead("gate/1", isKnown: true));
        bench.Engine.ChangeAccess(s_rules);
        Assert.True(lasting.MayRead("gate/1", isKnown: true));
        bench.Engine.ChangeAccess(s_rules with { Users = [new AccessUser("admin", FastRtspProxy.Protocol.Auth.UserSecret.OfPassword("another"), ["view"])] });
        Assert.False(lasting.MayRead("gate/1", isKnown: true));
        bench.Engine.ChangeAccess(s_rules with { Users = [] });
        Assert.False(lasting.MayRead("gate/1", isKnown: true));
    }

    [Fact]
    public async Task Loopback_WithoutUsersAndToken_NeedsNoLogIn()
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.Equal(200, await bench.StatusAsync("GET", "/healthz"));
        Assert.Equal(200, await bench.StatusAsync("GET", "/readyz"));
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status"));
        Assert.Equal(200, await bench.StatusAsync("POST", "/probe/change", Marked));
    }

    /// <summary>A reverse proxy on the machine makes nobody else one of its users.</summary>
    [Theory]
    [InlineData("X-Forwarded-For: 192.0.2.7")]
    [InlineData("Forwarded: for=192.0.2.7")]
    [InlineData("Via: 1.1 proxy")]
    public async Task Loopback_OfAProxyThatForwardsOthers_NeedsALogIn(string header)
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", header));
        Assert.Equal(401, await bench.StatusAsync("POST", "/probe/change", Marked, header));
        Assert.Equal(200, await bench.StatusAsync("GET", "/healthz", header));
    }

    [Theory]
    [InlineData("GET", "/probe/status", null, 401)]
    [InlineData("GET", "/probe/status", "watcher", 200)]
    [InlineData("GET", "/probe/status", "viewer", 403)]
    [InlineData("POST", "/probe/change", null, 401)]
    [InlineData("POST", "/probe/change", "watcher", 403)]
    [InlineData("POST", "/probe/change", "admin", 200)]
    [InlineData("GET", "/readyz?stream=cam", null, 401)]
    [InlineData("GET", "/healthz", null, 200)]
    [InlineData("GET", "/metrics", null, 401)]
    public async Task Users_MayWhatTheirRolesSay(string method, string path, string? user, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync(rules: s_rules);

        Assert.Equal(status, await bench.StatusAsync(method, path, [Marked, .. user is null ? [] : (string[])[Basic(user)]]));
    }

    [Theory]
    [InlineData("admin", "gate%2F1", "gate/1 True")]
    [InlineData("admin", "hall", "hall False")]
    public async Task Stream_IsForWhoMayReadIt(string user, string name, string expected)
    {
        await using HttpBench bench = await HttpBench.StartAsync(rules: s_rules);

        Assert.Equal(expected, (await bench.AskAsync("GET", "/probe/stream/" + name, null, Basic(user))).Body);
    }

    [Theory]
    [InlineData("Authorization: Bearer " + HttpBench.Token, 200)]
    [InlineData("authorization: bearer " + HttpBench.Token, 200)]
    [InlineData("Authorization: Bearer " + HttpBench.Token + "x", 401)]
    [InlineData("Authorization: Bearer ", 401)]
    [InlineData("Authorization: Basic !!!", 401)]
    [InlineData("Authorization: Digest username=\"a\"", 401)]
    [InlineData("X-Nothing: here", 401)]
    public async Task Token_OpensEverythingAndNothingElseDoes(string header, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken);

        Assert.Equal(status, await bench.StatusAsync("POST", "/probe/change", Marked, header));
    }

    /// <summary>What is about all streams at once is for nobody who has the right for some of them.</summary>
    [Theory]
    [InlineData("some", 403)]
    [InlineData("all", 200)]
    public async Task EveryStream_NeedsARoleForEveryStream(string user, int status)
    {
        AccessRules rules = new()
        {
            Users = [LogIns.User("some", "some"), LogIns.User("all", "all")],
            Roles =
            [
                new AccessRole("some", AccessRights.Status) { Streams = [LogIns.Pattern("a/*")] },
                new AccessRole("all", AccessRights.Status),
            ],
        };
        await using HttpBench bench = await HttpBench.StartAsync(
            null, rules, new HttpRoute("GET", "/probe/all", AccessRights.Status, static e => e.Response.WriteAsync("all")) { IsOfEveryStream = true });

        Assert.Equal(status, await bench.StatusAsync("GET", "/probe/all", Basic(user)));
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status", Basic(user)));
        Assert.Equal(user == "all" ? 503 : 401, await bench.StatusAsync("GET", "/readyz?stream=cam", Basic(user)));
    }

    /// <summary>A request that lasts is asked again: it ends with the token, the log-in or the role that let it in.</summary>
    [Theory]
    [InlineData("token")]
    [InlineData("log out")]
    [InlineData("twelve hours")]
    [InlineData("rules")]
    public async Task Rights_OfARequestThatLasts_AreThoseOfTheMoment(string change)
    {
        HttpExchange? lasting = null;
        TaskCompletionSource ends = new();
        HttpRoute wait = new("GET", "/probe/lasting", AccessRights.Status, exchange =>
        {
            lasting = exchange;
            return ends.Task;
        });
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules, wait);
        string log = change == "token" ? "" : await LogInAsync(bench, """{"user":"watcher","password":"watcher's"}""");
        Task<int> asked = bench.StatusAsync("GET", "/probe/lasting", change == "token" ? "Authorization: Bearer " + HttpBench.Token : log);
        await Until.TrueAsync(() => lasting is not null, 30);
        Assert.True(lasting!.Has(AccessRights.Status));

        switch (change)
        {
            case "token":
                bench.Server.Change(s_withToken with { Token = new Secret("another-token-of-sixteen"), Listen = [new ListenPoint(IPAddress.Loopback, bench.Port)] });
                break;
            case "log out":
                Assert.Equal(204, await bench.StatusAsync("DELETE", "/api/v1/session", log, Marked));
                break;
            case "twelve hours":
                bench.Time.Advance(TimeSpan.FromHours(12.1));
                break;
            default:
                bench.Engine.ChangeAccess(s_rules with { Users = [.. s_rules.Users.Where(static user => user.Name != "watcher")] });
                break;
        }

        Assert.False(lasting.Has(AccessRights.Status));
        Assert.False(lasting.MayForEveryStream());
        ends.SetResult();
        await asked;
    }

    [Fact]
    public async Task Session_ManyOfOneUser_ThrowOutNobodyElses()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);
        string other = await LogInAsync(bench, """{"user":"watcher","password":"watcher's"}""");
        string first = await LogInAsync(bench, """{"user":"admin","password":"admin's"}""");
        for (int i = 0; i < 20; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await LogInAsync(bench, """{"user":"admin","password":"admin's"}""");
        }

        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status", other));
        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", first));
    }

    /// <summary>A forwarder that adds no header of its own passes the name on by which it is reached.</summary>
    [Theory]
    [InlineData("203.0.113.5:9554", 401)]
    [InlineData("localhost:9554", 200)]
    [InlineData("127.0.0.5", 200)]
    [InlineData("[::1]", 200)]
    public async Task Loopback_AskedForByAnotherAddress_NeedsALogIn(string host, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.Equal(status, await bench.StatusAsync("GET", "/probe/status", "Host: " + host));
    }

    [Fact]
    public async Task WrongLogIns_AreToldOfLikeThoseOfViewersWithoutTheirPasswords()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);

        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", Basic("admin", "wrong-password")));
        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", "Authorization: Bearer wrong-token-of-many-letters"));

        await Until.TrueAsync(() => bench.LogText.Contains("Failed log-in from 127.0.0.1", StringComparison.Ordinal), 30);
        Assert.DoesNotContain("wrong-", bench.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_NamesBasicButNotToABrowser()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken);

        string plain = (await bench.AskAsync("GET", "/probe/status")).Response.Headers.WwwAuthenticate.ToString();
        string browser = (await bench.AskAsync("GET", "/probe/status", null, "Sec-Fetch-Mode: cors")).Response.Headers.WwwAuthenticate.ToString();

        Assert.Contains("Basic", plain, StringComparison.Ordinal);
        Assert.Equal("Bearer", browser);
    }

    [Theory]
    [InlineData("127.0.0.1:9554", 200)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1", 200)]
    [InlineData("[::1]:9554", 200)]
    [InlineData("cameras.example", 401)]
    [InlineData("192.168.1.5", 401)]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("localhost.evil.example:9554", 421)]
    public async Task Host_IsAnAddressLocalhostOrAConfiguredName(string host, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig { Hosts = ["cameras.example"] });

        Assert.Equal(status, await bench.StatusAsync("GET", "/probe/status", "Host: " + host));
    }

    /// <summary>As HAProxy asks by default (option httpchk). Nobody is let in by it who would have to log in.</summary>
    [Theory]
    [InlineData("GET /healthz HTTP/1.0\r\n\r\n", "200")]
    [InlineData("GET /readyz HTTP/1.0\r\n\r\n", "200")]
    [InlineData("GET /probe/status HTTP/1.0\r\n\r\n", "401")]
    [InlineData("GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n", "421")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: \r\n\r\n", "421")]
    public async Task Host_ThatABalancerDoesNotSay_IsNoReasonToRefuseIt(string request, string status)
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.StartsWith($"HTTP/1.1 {status}", await bench.SayAsync(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/probe/change", "POST", "Origin: http://evil.example", 403)]
    [InlineData("/probe/change", "POST", "Origin: null", 403)]
    [InlineData("/probe/change", "POST", "Origin: http://127.0.0.1:1", 403)]
    [InlineData("/probe/change", "POST", "Origin: https://friend.example", 200)]
    [InlineData("/probe/change", "POST", "Sec-Fetch-Site: cross-site", 403)]
    [InlineData("/probe/change", "POST", "Sec-Fetch-Site: same-origin", 200)]
    [InlineData("/probe/origin", "GET", "Origin: http://evil.example", 403)]
    [InlineData("/probe/origin", "GET", "Sec-Fetch-Site: same-site", 403)]
    [InlineData("/probe/status", "GET", "Origin: http://evil.example", 200)]
    public async Task Origin_OfAnotherServersPageIsRefusedWhereItCouldHarm(string path, string method, string header, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig { AllowOrigins = ["https://friend.example"] });

        Assert.Equal(status, await bench.StatusAsync(method, path, Marked, header));
        Assert.Equal(200, await bench.StatusAsync(method, path, Marked, $"Origin: http://127.0.0.1:{bench.Port}"));
    }

    [Fact]
    public async Task Change_NeedsTheHeaderThatAForeignPageCannotSend()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);

        Assert.Equal(403, await bench.StatusAsync("POST", "/probe/change", Basic("admin")));
        Assert.Equal(200, await bench.StatusAsync("POST", "/probe/change", Basic("admin"), Marked));
        Assert.Equal(200, await bench.StatusAsync("POST", "/probe/change", "Authorization: Bearer " + HttpBench.Token));
    }

    [Fact]
    public async Task Cors_IsForConfiguredOriginsOnly()
    {
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig { AllowOrigins = ["https://friend.example"] });

        (int status, _, HttpResponseMessage friend) = await bench.AskAsync(
            "OPTIONS", "/probe/change", null, "Origin: https://friend.example", "Access-Control-Request-Method: POST");
        HttpResponseMessage other = (await bench.AskAsync("GET", "/probe/status", null, "Origin: https://other.example")).Response;

        Assert.Equal(204, status);
        Assert.Equal(["https://friend.example"], friend.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Session_OfAPageLastsTwelveHoursAndEndsWithALogOut()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);
        (int status, _, HttpResponseMessage response) = await bench.AskAsync("POST", "/api/v1/session", """{"user":"admin","password":"admin's"}""", Marked);
        string cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        string mine = "Cookie: " + cookie.Split(';')[0];

        Assert.Equal(204, status);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, await bench.StatusAsync("POST", "/probe/change", mine, Marked));
        Assert.Contains("\"user\":\"admin\"", (await bench.AskAsync("GET", "/api/v1/session", null, mine)).Body, StringComparison.Ordinal);

        bench.Time.Advance(TimeSpan.FromHours(11.9));
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status", mine));
        bench.Time.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", mine));
    }

    [Fact]
    public async Task Session_IsOverWithALogOutAnotherPasswordOrAnotherToken()
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);
        string user = await LogInAsync(bench, """{"user":"watcher","password":"watcher's"}""");
        string token = await LogInAsync(bench, $$"""{"token":"{{HttpBench.Token}}"}""");
        string leaver = await LogInAsync(bench, $$"""{"token":"{{HttpBench.Token}}"}""");

        Assert.Equal(204, await bench.StatusAsync("DELETE", "/api/v1/session", leaver, Marked));
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status", user));
        Assert.Equal(200, await bench.StatusAsync("GET", "/probe/status", token));
        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", leaver));

        bench.Engine.ChangeAccess(s_rules with { Users = [new AccessUser("watcher", FastRtspProxy.Protocol.Auth.UserSecret.OfPassword("another"), ["status"])] });
        bench.Server.Change(s_withToken with { Token = new Secret("another-token-of-sixteen"), Listen = [new ListenPoint(IPAddress.Loopback, bench.Port)] });

        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", user));
        Assert.Equal(401, await bench.StatusAsync("GET", "/probe/status", token));
    }

    [Theory]
    [InlineData("""{"user":"admin","password":"wrong"}""", 401)]
    [InlineData("""{"token":"wrong"}""", 401)]
    [InlineData("""{"user":"admin"}""", 400)]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"user":"\ud800","password":"wrong"}""", 400)]
    public async Task LogIn_ThatIsWrongOrNoneSaysSoAndRepeatsNothing(string body, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken, s_rules);

        (int answered, string text, HttpResponseMessage response) = await bench.AskAsync("POST", "/api/v1/session", body, Marked);

        Assert.Equal(status, answered);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.DoesNotContain("wrong\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /probe/status/../status HTTP/1.1", "404")]
    [InlineData("GET /probe/%2e%2e/probe/status HTTP/1.1", "404")]
    [InlineData("GET /probe/status%00 HTTP/1.1", "400")]
    [InlineData("GET /probe/stream/%zz HTTP/1.1", "400")]
    [InlineData("GET /probe/stream/%ff HTTP/1.1", "400")]
    [InlineData("GET /probe/stream/a%0d%0aSet-Cookie:x HTTP/1.1", "400")]
    [InlineData("GET http://127.0.0.1/probe/status HTTP/1.1", "400")]
    [InlineData("DELETE /probe/status HTTP/1.1", "405")]
    [InlineData("NONSENSE", "400")]
    public async Task BadRequests_GetTheirStatus(string line, string status)
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.StartsWith($"HTTP/1.1 {status}", await bench.SayAsync($"{line}\r\nHost: 127.0.0.1\r\n{Marked}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_IsBounded()
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.Equal((200, "65000"), await BodyAsync(65_000));
        Assert.Equal(413, (await BodyAsync(70_000)).Status);

        async Task<(int Status, string Text)> BodyAsync(int length)
        {
            (int status, string text, _) = await bench.AskAsync("POST", "/probe/body", new string('a', length), Marked);
            return (status, status == 200 ? text : "");
        }
    }

    [Fact]
    public async Task ErrorOfAHandler_TellsNothingOfItself()
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        (int status, string text, _) = await bench.AskAsync("GET", "/probe/wrong");

        Assert.Equal(500, status);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Contains("please report it", bench.LogText, StringComparison.Ordinal);
    }

    /// <summary>What a camera answers stands in it, for whoever balances us.</summary>
    [Theory]
    [InlineData("no /user=admin_password=geheim_channel=1")]
    [InlineData("rtsp://admin:geheim@10.0.0.5/1")]
    public async Task Readyz_OfAStreamWhoseCameraSaysAPassword_DoesNotShowIt(string reason)
    {
        using ScriptedCamera camera = new() { Script = _ => ScriptedReply.Of(404, reason) };
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig(), o => o with { Streams = [ProxyHost.Stream("cam", camera.Url)] }, null);
        string text = "";
        await Until.TrueAsync(async () => (text = (await bench.AskAsync("GET", "/readyz?stream=cam")).Body).Contains("404", StringComparison.Ordinal));

        Assert.Contains("***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", bench.LogText, StringComparison.Ordinal);
    }

    /// <summary>Told "ok" of something else, a balancer would send viewers to a camera that is away.</summary>
    [Theory]
    [InlineData("/readyz?strem=cam", 400)]
    [InlineData("/readyz?stream=cam&stream=other", 400)]
    [InlineData("/readyz?stream=", 404)]
    [InlineData("/readyz?stream=cam", 503)]
    [InlineData("/healthz?t=1", 200)]
    public async Task Readyz_ParameterThatIsNotKnown_IsNoReadiness(string path, int status)
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        Assert.Equal(status, await bench.StatusAsync("GET", path));
    }

    [Fact]
    public async Task Draining_IsNotReadyButLives()
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        bench.Engine.BeginDrain();

        Assert.Equal(503, await bench.StatusAsync("GET", "/readyz"));
        Assert.Equal(200, await bench.StatusAsync("GET", "/healthz"));
    }

    [Fact]
    public async Task MetricsListener_GivesMetricsAndHealthAloneWithoutALogIn()
    {
        ListenPoint free = new(IPAddress.Loopback, FreePort());
        await using HttpBench bench = await HttpBench.StartAsync(s_withToken with { Metrics = new MetricsConfig { Listen = free } });
        using HttpClient client = new() { BaseAddress = new Uri($"http://{free}/") };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("probe/status")).StatusCode);
        Assert.Equal(401, await bench.StatusAsync("GET", "/metrics"));
    }

    [Fact]
    public async Task TrustedProxy_SaysWhoAsks()
    {
        await using HttpBench trusting = await HttpBench.StartAsync(new HttpConfig { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8")] });
        await using HttpBench other = await HttpBench.StartAsync();
        const string Forwarded = "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.1.1";

        Assert.Equal("192.0.2.7", (await trusting.AskAsync("GET", "/probe/address", null, Forwarded)).Body);
        Assert.Equal("127.0.0.1", (await other.AskAsync("GET", "/probe/address", null, Forwarded)).Body);
    }

    [Fact]
    public async Task Connections_OfOneAddressAreBoundedAndOthersServed()
    {
        await using HttpBench bench = await HttpBench.StartAsync();
        List<TcpClient> silent = [];
        try
        {
            for (int i = 0; i < HttpLimits.ConnectionsPerAddress + 20; i++)
            {
                TcpClient client = new();
                silent.Add(client);
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, bench.Port);
                    await client.GetStream().WriteAsync("GET /probe/status HTTP/1.1\r\n"u8.ToArray());
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    break; // refused: there are as many as may be
                }
            }

            await Until.TrueAsync(() => bench.LogText.Contains("HTTP connections are being refused", StringComparison.Ordinal), 30);

            silent.ForEach(static client => client.Dispose());
            await Until.TrueAsync(async () => await TryAsync(bench), 30);
        }
        finally
        {
            silent.ForEach(static client => client.Dispose());
        }
    }

    /// <summary>An event stream that waits does not hold up the end.</summary>
    [Fact]
    public async Task Dispose_CutsWhatIsUnderWay()
    {
        HttpBench bench = await HttpBench.StartAsync();
        using HttpResponseMessage waiting = await bench.Client.GetAsync(new Uri("probe/wait", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using Stream body = await waiting.Content.ReadAsStreamAsync();
        Assert.True(await body.ReadAsync(new byte[100]) > 0);

        await bench.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.Equal(0, await body.ReadAsync(new byte[100])));
    }

    [Fact]
    public async Task Start_AtAnAddressThatIsTaken_NamesItAndTheRemedy()
    {
        await using HttpBench bench = await HttpBench.StartAsync();

        ProxyStartException refused = await Assert.ThrowsAsync<ProxyStartException>(
            () => HttpBench.StartAsync(new HttpConfig { Listen = [new ListenPoint(IPAddress.Loopback, bench.Port)] }));

        Assert.Contains($"127.0.0.1:{bench.Port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("http.listen", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> LogInAsync(HttpBench bench, string body)
    {
        (int status, _, HttpResponseMessage response) = await bench.AskAsync("POST", "/api/v1/session", body, Marked);
        Assert.Equal(204, status);
        return "Cookie: " + response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<bool> TryAsync(HttpBench bench)
    {
        try
        {
            return await bench.StatusAsync("GET", "/probe/status") == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
