using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Users, roles and addresses over real connections.</summary>
public sealed class FrontendAccessTests
{
    [Theory]
    [InlineData("viewer", "gate/1", 200)]
    [InlineData("viewer", "hall", 403)]
    [InlineData("viewer", "nowhere", 404)]
    [InlineData("guard", "gate/1", 200)]
    [InlineData("guard", "lobby", 403)]
    [InlineData("guard", "nowhere", 403)]
    [InlineData("guard", "gate/9", 404)]
    [InlineData("admin", "hall", 200)]
    [InlineData("ghost", "gate/1", 401)]
    public async Task Describe_UserAndStream_AsItsRolesSay(string user, string stream, int status)
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, stream), user);

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 403 ? 1 : 0, host.Frontend.Counters.AccessRefused);
        Assert.Equal(status == 401 ? 1 : 0, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Theory]
    [InlineData("SETUP")]
    [InlineData("PLAY")]
    [InlineData("PAUSE")]
    [InlineData("TEARDOWN")]
    public async Task Request_OfAForbiddenStream_Answers403(string method)
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House);
        using RtspTestClient client = await host.ConnectAsync();
        string session = await LogIns.PlayAsync(host, client, "gate/1", "guard");

        RtspTestResponse response = await LogIns.RequestAsync(client, method, LogIns.Url(host, "lobby"), "guard", null, "Session: " + session, PlayDialogue.Interleaved(2));

        Assert.Equal(403, response.Status);
        Assert.Equal(1, host.MountOf("gate/1").ClientCount);
    }

    [Fact]
    public async Task Stranger_ForbiddenStreamAndNone_HaveTheSameAnswer()
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Anonymous = ["view"] });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
        RtspTestResponse forbidden = await client.RequestAsync("DESCRIBE", LogIns.Url(host, "hall"));
        RtspTestResponse unknown = await client.RequestAsync("DESCRIBE", LogIns.Url(host, "nowhere"));

        Assert.Equal(401, forbidden.Status);
        Assert.Equal((forbidden.StatusLine, forbidden.Header("WWW-Authenticate")), (unknown.StatusLine, unknown.Header("WWW-Authenticate")));
        Assert.Equal(200, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "hall"), "admin")).Status);
    }

    [Fact]
    public async Task Stranger_WhereNobodyCouldLogIn_IsRefusedAndCountedAndSaid()
    {
        CollectedLog log = new();
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Users = [], Anonymous = ["lobby"] }, log: log);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "lobby"))).Status);
        Assert.Equal(403, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1") + "?token=s3cret")).Status);
        Assert.Equal(403, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "no\"where"))).Status);

        Assert.Equal(2, host.Frontend.Counters.AccessRefused);
        await Until.TrueAsync(() => log.Loud.Count(static line => line.StartsWith("Refused", StringComparison.Ordinal)) == 2, 30);
        Assert.Equal(
            ["Refused 127.0.0.1 as \"\" to \"gate/1\": no role of it has the right", "Refused 127.0.0.1 as \"\" to \"no\\u0022where\": no role of it has the right"],
            log.Loud.Where(static line => line.StartsWith("Refused", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Texts, static line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusals_OfOneAddress_AreSaidThreeTimesAndThenInTime()
    {
        CollectedLog log = new();
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Users = [] }, log: log);
        using RtspTestClient client = await host.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(403, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
        }

        await host.SettleAsync();
        Assert.Equal(3, log.Loud.Count(static line => line.StartsWith("Refused", StringComparison.Ordinal)));
        await host.AdvanceAsync(TimeSpan.FromSeconds(11));

        Assert.EndsWith("(16 more since the last such line)", log.Loud.Last(static line => line.StartsWith("Refused", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(20, host.Frontend.Counters.AccessRefused);
    }

    [Fact]
    public async Task Describe_FromOutsideTheRolesNetwork_Answers403()
    {
        AccessRole near = new("view", AccessRights.Read) { From = [IPNetwork.Parse("127.0.0.9/32")] };
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Roles = [near], Users = [LogIns.User("viewer", "view")], Streams = [] });
        using RtspTestClient there = await RtspTestClient.ConnectAsync(host.Port, from: IPAddress.Parse("127.0.0.9"));
        using RtspTestClient here = await host.ConnectAsync();

        Assert.Equal(200, (await LogIns.RequestAsync(there, "DESCRIBE", host.Url, "viewer")).Status);
        Assert.Equal(403, (await here.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    [Theory]
    [InlineData("viewer", 403)]
    [InlineData("admin", 200)]
    public async Task Register_UserWithAndWithoutTheRight_AsItsRolesSay(string user, int status)
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { Access = LogIns.House, AcceptRegister = true }, registry: registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await LogIns.RequestAsync(client, "REGISTER", "rtsp://192.0.2.9/s", user)).Status);

        Assert.Equal(status == 200, registry.Registered.Any(static one => one.IsAuthenticated));
    }

    /// <summary>By its URL alone a stream is still that stream, and its name decides.</summary>
    [Theory]
    [InlineData("gate/7", 200)]
    [InlineData("hall/7", 403)]
    public async Task Deregister_ByTheUrl_IsJudgedByTheNameOfThatStream(string name, int status)
    {
        AccessRules rules = LogIns.House with
        {
            Users = [LogIns.User("clerk", "clerk")],
            Roles = [new AccessRole("clerk", AccessRights.Register) { Streams = [LogIns.Pattern("gate/*")] }],
            Streams = [],
        };
        FakeRegistry registry = new() { Names = { ["rtsp://192.0.2.9/s"] = name }, Removal = DeregisterOutcome.Removed };
        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { Access = rules, AcceptRegister = true }, registry: registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await LogIns.RequestAsync(client, "DEREGISTER", "rtsp://192.0.2.9/s", "clerk")).Status);

        Assert.Equal(status == 200, !registry.Deregistered.IsEmpty);
    }

    [Theory]
    [InlineData("gate/7", 200)]
    [InlineData("hall/7", 403)]
    [InlineData(null, 403)]
    public async Task Register_RoleForSomeStreams_NamesOneOfThem(string? name, int status)
    {
        AccessRole gates = new("gates", AccessRights.Register) { Streams = [LogIns.Pattern("gate/*")] };
        AccessRules rules = LogIns.House with { Roles = [.. LogIns.House.Roles, gates], Users = [LogIns.User("gates", "gates")] };
        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { Access = rules, AcceptRegister = true }, registry: new FakeRegistry());
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await LogIns.RequestAsync(client, "REGISTER", "rtsp://192.0.2.9/s", "gates", null, "Transport: proxy_url_suffix=" + name)).Status);
    }

    [Fact]
    public async Task LogIn_HashedPasswords_AreAcceptedAndTheirGuessesCount()
    {
        UserSecret hash = UserSecret.TryOfHashes(DigestHash.Hex(DigestAlgorithm.Md5, "anna:FastRtspProxy:pa55"), null)!;
        AccessRules rules = LogIns.House with { Users = [new AccessUser("anna", hash, ["view"])] };
        await using FrontendHost host = await LogIns.StartAsync(rules);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(200, (await LogIns.RequestAsync(client, "DESCRIBE", host.Url, "anna", "pa55")).Status);
        using RtspTestClient guesser = await host.ConnectAsync();
        RtspTestResponse challenge = await guesser.RequestAsync("DESCRIBE", host.Url);
        for (int i = 0; i < 3; i++)
        {
            challenge = await guesser.RequestAsync("DESCRIBE", host.Url, LogIns.Answer(challenge, "DESCRIBE", host.Url, "anna", "guess"));
            Assert.Equal(401, challenge.Status);
        }

        await guesser.SendAsync(guesser.Request("DESCRIBE", host.Url, LogIns.Answer(challenge, "DESCRIBE", host.Url, "anna", "guess")));
        Assert.True(await guesser.IsSilentAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(3, host.Frontend.Counters.AuthenticationsFailed);

        // The one that has logged in asks on beside them.
        Assert.Equal(200, (await LogIns.RequestAsync(client, "DESCRIBE", host.Url, "anna", "pa55")).Status);
    }

    [Fact]
    public async Task LogIn_AlgorithmThatNobodyOffered_IsChallengedAndNoGuess()
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Digest = [DigestAlgorithm.Sha256] });
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);
        string offer = challenge.Header("WWW-Authenticate")!;
        Assert.EndsWith(", algorithm=SHA-256", offer, StringComparison.Ordinal);
        AuthClient md5 = new("viewer", "viewer's");
        Assert.True(md5.Accept([offer.Replace(", algorithm=SHA-256", "", StringComparison.Ordinal)]));

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", host.Url, "Authorization: " + md5.Authorization("DESCRIBE", host.Url))).Status);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url, LogIns.Answer(challenge, "DESCRIBE", host.Url, "viewer"))).Status);
        Assert.Equal(0, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Theory]
    [InlineData(true, true, 200)]
    [InlineData(true, false, 401)]
    [InlineData(false, true, 401)]
    public async Task LogIn_Basic_IsOfferedAndTakenOverTlsAndIfConfiguredOnly(bool isSecure, bool isConfigured, int status)
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { OffersBasic = isConfigured }, isSecure: isSecure);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse challenge = await client.RequestAsync("DESCRIBE", host.Url);
        Assert.Equal(status == 200, challenge.Headers.Any(static header => header.Name == "WWW-Authenticate" && header.Value == "Basic realm=\"FastRtspProxy\", charset=\"UTF-8\""));
        Assert.Equal(status, (await client.RequestAsync("DESCRIBE", host.Url, LogIns.Basic("viewer", "viewer's"))).Status);
        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", host.Url, LogIns.Basic("viewer", "guess"))).Status);
        await host.SettleAsync();
        Assert.Equal(status == 200 ? 1 : 0, host.Frontend.Counters.AuthenticationsFailed);
    }

    [Fact]
    public async Task ChangeAccess_RightTakenAway_EndsThoseSessionsWithABye()
    {
        CollectedLog log = new();
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House, log: log);
        using RtspTestClient guard = await host.ConnectAsync();
        using RtspTestClient viewer = await host.ConnectAsync();
        string ended = await LogIns.PlayAsync(host, guard, "gate/1", "guard");
        string stays = await LogIns.PlayAsync(host, viewer, "gate/1", "viewer");

        host.Frontend.ChangeAccess(LogIns.House with { Users = [LogIns.User("viewer", "view")] });

        await LogIns.ReadByeAsync(host, guard);
        await Until.TrueAsync(() => log.Texts.Any(line => line.StartsWith("Revoked: session " + ended, StringComparison.Ordinal)), 30);
        await Until.TrueAsync(() => host.Frontend.Counters.SessionsRevoked == 1, 30);
        Assert.Equal(401, (await LogIns.RequestAsync(guard, "DESCRIBE", LogIns.Url(host, "gate/1"), "guard")).Status);

        // The other one has its next packet as the next, and goes on to ask.
        await host.MountOf("gate/1").EmitAsync(0);
        Assert.Equal(host.MountOf("gate/1").Tracks[0].Ssrc, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian((await viewer.ReadFrameAsync()).Payload.AsSpan(8)));
        Assert.Equal(200, (await LogIns.RequestAsync(viewer, "GET_PARAMETER", LogIns.Url(host, "gate/1"), "viewer", null, "Session: " + stays)).Status);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("role")]
    [InlineData("network")]
    [InlineData("stream")]
    public async Task ChangeAccess_WhateverTheRightRestedOn_EndsTheSession(string what)
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House);
        using RtspTestClient guard = await host.ConnectAsync();
        await LogIns.PlayAsync(host, guard, "gate/1", "guard");
        AccessRules house = LogIns.House;

        host.Frontend.ChangeAccess(what switch
        {
            "password" => house with { Users = [new AccessUser("guard", UserSecret.OfPassword("another"), ["guard"])] },
            "role" => house with { Users = [LogIns.User("guard", "lobby")] },
            "network" => house with { Roles = [new AccessRole("guard", AccessRights.Read) { From = [IPNetwork.Parse("10.0.0.0/8")] }], Streams = [], Users = [LogIns.User("guard", "guard")] },
            _ => house with { Streams = [new StreamAccess(LogIns.Pattern("gate/1")) { Roles = ["admin"] }] },
        });

        await LogIns.ReadByeAsync(host, guard);
        await Until.TrueAsync(() => host.Frontend.Counters.SessionsRevoked == 1, 30);
    }

    /// <summary>A stream that goes ends who waits for it and looks at nobody else; and it takes nothing from a change of the rules.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OnMountRemoved_WhileRulesAreReviewed_EndsWhoWaitsForThatStreamAndEveryoneRevoked(bool rulesChange)
    {
        const int Guards = 40; // more than end in a turn
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Anonymous = ["lobby"] });
        List<RtspTestClient> clients = [];
        for (int i = 0; i < Guards; i++)
        {
            clients.Add(await host.ConnectAsync());
            await LogIns.PlayAsync(host, clients[^1], "gate/1", "guard");
        }

        clients.Add(await host.ConnectAsync());
        Assert.Equal(200, (await clients[^1].RequestAsync("SETUP", host.Url.Replace("/cam", "/lobby/track1", StringComparison.Ordinal), PlayDialogue.Interleaved(0))).Status);

        if (rulesChange)
        {
            host.Frontend.ChangeAccess(LogIns.House with { Anonymous = ["lobby"], Users = [] });
        }

        for (int i = 0; i < 100; i++)
        {
            host.Frontend.OnMountRemoved(i == 0 ? host.MountOf("lobby") : host.Mount);
        }

        await Until.TrueAsync(() => host.Frontend.Counters.Ended(SessionEnd.MountRemoved) == 1, 30);
        await Until.TrueAsync(() => host.Frontend.Counters.SessionsRevoked == (rulesChange ? Guards : 0), 30);
        await host.SettleAsync();
        Assert.Equal(rulesChange ? 0 : Guards, host.MountOf("gate/1").ClientCount);
        Assert.Equal(1, host.Frontend.Counters.Ended(SessionEnd.MountRemoved));
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task ChangeAccess_ManySessions_EndsThoseThatItMeansAndNoOther()
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House with { Anonymous = ["lobby"] });
        List<RtspTestClient> guards = [];
        List<RtspTestClient> strangers = [];
        for (int i = 0; i < 40; i++)
        {
            guards.Add(await host.ConnectAsync());
            await LogIns.PlayAsync(host, guards[i], "gate/1", "guard");
            strangers.Add(await host.ConnectAsync());
            await LogIns.PlayAsync(host, strangers[i], "lobby");
        }

        for (int i = 0; i < 5; i++)
        {
            host.Frontend.ChangeAccess(LogIns.House with { Anonymous = ["lobby"], Users = [] });
        }

        await Until.TrueAsync(() => host.Frontend.Counters.SessionsRevoked == 40, 30);
        await host.MountOf("lobby").EmitAsync(0);
        foreach (RtspTestClient stranger in strangers)
        {
            Assert.Equal(0, (await stranger.ReadFrameAsync()).Channel);
        }

        Assert.Equal((0, 40), (host.MountOf("gate/1").ClientCount, host.MountOf("lobby").ClientCount));
        guards.ForEach(static client => client.Dispose());
        strangers.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task ChangeAccess_WhileASetupWaitsForItsCamera_IsNotMissed()
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House);
        FakeMount slow = host.AddMount("gate/2", isReady: false);
        using RtspTestClient guard = await host.ConnectAsync();
        string url = LogIns.Url(host, "gate/2") + "/track1";
        RtspTestResponse challenge = await guard.RequestAsync("SETUP", url, PlayDialogue.Interleaved(0));
        await guard.SendAsync(guard.Request("SETUP", url, LogIns.Answer(challenge, "SETUP", url, "guard"), PlayDialogue.Interleaved(0)));
        Assert.True(await guard.IsSilentAsync(TimeSpan.FromMilliseconds(100)));

        host.Frontend.ChangeAccess(LogIns.House with { Users = [] });
        slow.ComeUp();

        Assert.Equal(403, (await guard.ReadResponseAsync()).Status);
        Assert.Equal(0, host.Frontend.Counters.Sessions);
    }

    /// <summary>What a wildcard stands for is there for whoever may see it, before it is made, also beside streams that are not for everybody.</summary>
    [Theory]
    [InlineData(null, "DESCRIBE", "yard-7", 200)]
    [InlineData(null, "SETUP", "yard-7/track1", 200)]
    [InlineData(null, "DESCRIBE", "safe-7", 401)]
    [InlineData(null, "SETUP", "safe-7/track1", 401)]
    [InlineData(null, "DESCRIBE", "nowhere", 401)]
    [InlineData("viewer", "DESCRIBE", "safe-7", 403)]
    [InlineData("viewer", "SETUP", "safe-7/track1", 403)]
    [InlineData("admin", "SETUP", "safe-7/track1", 200)]
    public async Task Wildcard_StreamThatIsNotMadeYet_IsJudgedByItsName(string? user, string method, string path, int status)
    {
        AccessRules rules = LogIns.House with { Anonymous = ["view"], Streams = [new StreamAccess(LogIns.Pattern("safe-*")) { Roles = ["admin"] }] };
        await using FrontendHost host = await LogIns.StartAsync(rules);
        int made = 0;
        host.Mounts.Wildcard = name =>
        {
            if (name.Contains('/', StringComparison.Ordinal) || name == "nowhere")
            {
                return null;
            }

            made++;
            return new FakeMount(name, host.Shards[0], host.Shards.Count);
        };
        using RtspTestClient client = await host.ConnectAsync();
        string[] headers = method == "SETUP" ? [PlayDialogue.Interleaved(0)] : [];

        RtspTestResponse response = user is null
            ? await client.RequestAsync(method, LogIns.Url(host, path), headers)
            : await LogIns.RequestAsync(client, method, LogIns.Url(host, path), user, null, headers);

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200, host.Mounts.Find(path.Split('/')[0]) is not null);
        Assert.Equal(path != "nowhere", made > 0);
    }

    [Fact]
    public async Task ChangeAccess_SamePasswordInOtherRules_KeepsWhatAConnectionHasProven()
    {
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House);
        using RtspTestClient viewer = await host.ConnectAsync();
        RtspTestResponse challenge = await viewer.RequestAsync("DESCRIBE", host.Url);
        Assert.Equal(200, (await viewer.RequestAsync("DESCRIBE", host.Url, LogIns.Answer(challenge, "DESCRIBE", host.Url, "viewer"))).Status);
        using RtspTestClient guesser = await host.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await LogIns.RequestAsync(guesser, "DESCRIBE", host.Url, "viewer", "guess")).Status);
        }

        host.Frontend.ChangeAccess(LogIns.House with { Streams = [] });

        // At once, though its address has guessed.
        Assert.Equal(200, (await viewer.RequestAsync("DESCRIBE", host.Url, LogIns.Answer(challenge, "DESCRIBE", host.Url, "viewer"))).Status);
    }
}
