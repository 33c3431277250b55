using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Streams that come by REGISTER (`-R`).</summary>
public sealed class MountRegistryTests
{
    [Fact]
    public async Task Register_Suffix_NamesTheMountAndContactsTheCamera()
    {
        await using RegistryFixture fixture = new();

        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("door", url: fixture.Camera.Url.Replace("://", "://u:secret@", StringComparison.Ordinal)));

        Assert.NotNull(await fixture.Mounts.Find("door")!.DescribeAsync(TimeSpan.FromSeconds(60)));
        (string url, string name) = Assert.Single(fixture.Said);
        Assert.Equal("door", name);
        Assert.DoesNotContain("secret", url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WithoutSuffix_IsNumberedAndSkipsTakenNames()
    {
        await using RegistryFixture fixture = new();
        await fixture.RegisterAsync("registeredProxyStream-2");

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync());
        }

        Assert.Equal(
            ["registeredProxyStream-2", "registeredProxyStream-1", "registeredProxyStream-3", "registeredProxyStream-4"], fixture.Said.Select(s => s.Name));
    }

    [Fact]
    public async Task Register_WithoutSuffixAndNoNumberIsFree_IsRefusedAndCostsNoPlace()
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, MaxRegistered = 1 });
        fixture.Mounts.IsReserved = static _ => true;

        Assert.Equal(RegisterOutcome.NoneFree, await fixture.RegisterAsync());
        Assert.Equal(RegisterOutcome.NoneFree, await fixture.RegisterAsync());

        fixture.Mounts.IsReserved = static _ => false;
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync());
    }

    [Fact]
    public async Task Register_TakenName_IsRefusedAndCostsNoPlace()
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, MaxRegistered = 2 });

        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("a"));
        Assert.Equal(RegisterOutcome.NameTaken, await fixture.RegisterAsync("a"));
        Assert.Equal(RegisterOutcome.NameTaken, await fixture.RegisterAsync("a"));
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("b"));
        Assert.Equal(RegisterOutcome.Full, await fixture.RegisterAsync("c"));
        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), "a"));
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("c"));
    }

    /// <summary>Until its last attempt to reach the camera is over a removed stream has descriptors: they were reserved for so many streams, not for those and the removed ones.</summary>
    [Fact]
    public async Task Deregister_TheAttemptGoesOn_CountsUntilItIsOver()
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, MaxRegistered = 1 });
        TaskCompletionSource<ByteStream?> connection = new();
        StreamRegistration slow = new(fixture.Url(), "slow", false, false, _ => connection.Task);
        Assert.Equal(RegisterOutcome.Accepted, await fixture.Registry.RegisterAsync(slow));

        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), "slow"));

        Assert.Equal(RegisterOutcome.Full, await fixture.RegisterAsync("next"));
        connection.SetResult(null);
        await Until.TrueAsync(() => fixture.RegisterAsync("next").IsCompletedSuccessfully && fixture.Mounts.Find("next") is not null);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public async Task Register_PreferredProtocolOrOption_DecidesTheTransport(bool prefersInterleaved, bool option, bool tcp)
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, RegisteredStreamsOverTcp = option });
        await fixture.RegisterAsync("door", prefersInterleaved);

        Assert.Equal(PlayOutcome.Playing, (await fixture.Mounts.Find("door")!.JoinAsync(fixture.Client(), PlayWish.Everything)).Outcome);

        string transport = fixture.Camera.Requests.First(r => r.Method == "SETUP").Header("Transport")!;
        Assert.Equal(tcp, transport.Contains("TCP", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "Digest realm=\"cam\", nonce=\"n\"", "Digest username=\"admin\"")]
    [InlineData(true, "Basic realm=\"cam\"", null)]
    [InlineData(false, "Digest realm=\"cam\", nonce=\"n\"", null)]
    [InlineData(false, "Basic realm=\"cam\"", null)]
    public async Task Register_CredentialsOfTheOptions_AnswerADigestOfAnAuthenticatedRegistrantOnly(bool isAuthenticated, string challenge, string? answer)
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, BackendCredentials = new Credentials("admin", "pw") });
        fixture.Camera.Script = r => r.Header("Authorization") is null ? ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", challenge)) : null;
        await fixture.RegisterAsync("door", isAuthenticated: isAuthenticated);

        Assert.Equal(answer is not null, await fixture.Mounts.Find("door")!.DescribeAsync(TimeSpan.FromSeconds(answer is null ? 1 : 60)) is not null);
        AssertAnswers(fixture, answer);
    }

    [Theory]
    [InlineData("Digest realm=\"cam\", nonce=\"n\"", "Digest username=\"own\"")]
    [InlineData("Basic realm=\"cam\"", "Basic ")]
    public async Task Register_CredentialsInItsUrl_AreUsedAsForAnyCamera(string challenge, string answer)
    {
        await using RegistryFixture fixture = new(new ProxyOptions { AllowPrivateRegister = true, BackendCredentials = new Credentials("admin", "pw") });
        fixture.Camera.Script = r => r.Header("Authorization") is null ? ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", challenge)) : null;
        await fixture.RegisterAsync("door", url: fixture.Camera.Url.Replace("rtsp://", "rtsp://own:word@", StringComparison.Ordinal));

        Assert.NotNull(await fixture.Mounts.Find("door")!.DescribeAsync(TimeSpan.FromSeconds(60)));
        AssertAnswers(fixture, answer);
    }

    private static void AssertAnswers(RegistryFixture fixture, string? answer)
    {
        string[] answers = [.. fixture.Camera.Requests.Select(r => r.Header("Authorization")).OfType<string>()];
        Assert.Equal(answer is not null, answers.Length > 0);
        Assert.All(answers, one => Assert.StartsWith(answer!, one, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("door/track1")]
    [InlineData("door%2Ftrack1")]
    [InlineData("doo%72")]
    [InlineData("door/a/b")]
    public async Task Register_SuffixWithinAnotherStreamsName_IsTaken(string suffix)
    {
        await using RegistryFixture fixture = new();
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("door"));

        Assert.Equal(RegisterOutcome.NameTaken, await fixture.RegisterAsync(suffix));

        Assert.Single(fixture.Mounts.Mounts);
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("doorbell"));
        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), "door"));
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync(suffix));
    }

    [Fact]
    public async Task Deregister_PlayingStream_EndsClientsAndTearsTheCameraDown()
    {
        await using RegistryFixture fixture = new();
        await fixture.RegisterAsync("door", overTcp: true);
        RecordingClient client = fixture.Client();
        await fixture.Mounts.Find("door")!.JoinAsync(client, PlayWish.Everything);

        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), "door"));

        await Until.TrueAsync(() => client.End == MountEnd.Removed);
        Assert.Null(fixture.Mounts.Find("door"));
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        Assert.Equal(DeregisterOutcome.Unknown, await fixture.Registry.DeregisterAsync(fixture.Url(), "door"));
    }

    [Fact]
    public async Task Deregister_ByUrl_TakesTheOneWithThatUrl()
    {
        await using RegistryFixture fixture = new();
        await fixture.RegisterAsync();

        Assert.Equal(DeregisterOutcome.Unknown, await fixture.Registry.DeregisterAsync(fixture.Url("rtsp://192.0.2.1/other"), null));
        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), null));
        Assert.Empty(fixture.Mounts.Mounts);
    }

    [Fact]
    public async Task Deregister_ByAUrlOfTwoNames_RemovesNothingUntilOneIsNamed()
    {
        await using RegistryFixture fixture = new();
        await fixture.RegisterAsync("door");
        await fixture.RegisterAsync("gate");
        await fixture.RegisterAsync("yard", url: "rtsp://192.0.2.1/other");

        Assert.Equal(DeregisterOutcome.Ambiguous, await fixture.Registry.DeregisterAsync(fixture.Url(), null));
        Assert.Equal(["door", "gate", "yard"], fixture.Mounts.Mounts.Select(m => m.Name).Order());

        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), "door"));
        Assert.Equal(DeregisterOutcome.Removed, await fixture.Registry.DeregisterAsync(fixture.Url(), null));
        Assert.Equal(["yard"], fixture.Mounts.Mounts.Select(m => m.Name));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Connect_NameMeansThisMachineByNow_IsRefusedThenToo(string host)
    {
        // The check at REGISTER may have seen another address: names are looked up again for each connection.
        await using RegistryFixture fixture = new(new ProxyOptions());
        await fixture.RegisterAsync("door", url: fixture.Camera.Url.Replace("127.0.0.1", host, StringComparison.Ordinal));

        Assert.Null(await fixture.Mounts.Find("door")!.DescribeAsync(TimeSpan.FromSeconds(1)));

        Assert.Equal(0, fixture.Camera.ConnectionCount);
        await Until.TrueAsync(() => fixture.Log.Loud.Any(line => line.Contains("must not connect to " + host, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connect_RedirectToThisMachine_IsRefused()
    {
        // Only the test's camera may be reached; what it redirects to is judged like any other target.
        await using Backend.BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? ScriptedReply.Of(302, "Found", ("Location", $"rtsp://127.0.0.2:{fixture.Camera.Port}/x")) : null;

        FastRtspProxy.Engine.Backend.BackendFailure? failure = await fixture.OpenAsync(
            fixture.Create(change: OnlyTheCamera));

        Assert.Equal(FastRtspProxy.Engine.Backend.BackendFailureKind.Unreachable, failure!.Kind);
        Assert.Contains("must not connect to 127.0.0.2", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Setup_SourceThatMustNotBeReached_GetsNoDatagrams()
    {
        await using Backend.BackendFixture fixture = new();
        fixture.Camera.Script = r =>
        {
            if (r.Method != "SETUP")
            {
                return null;
            }

            ScriptedReply reply = fixture.Camera.Default(r);
            return reply with { Headers = [reply.Headers[0], ("Transport", reply.Headers[1].Value + ";source=127.0.0.9")] };
        };

        Assert.Null(await fixture.PlayAsync(fixture.Create(change: OnlyTheCamera)));

        // They go to the camera, whose port it is.
        await Until.TrueAsync(() => fixture.Camera.Datagrams(0, rtcp: false).Count == 2);
    }

    /// <summary>A port below 1024 that is no camera's is not asked for anything, whoever names it.</summary>
    [Fact]
    public async Task Connect_RedirectToAPrivilegedPort_IsRefusedWithoutALogIn()
    {
        await using Backend.BackendFixture fixture = new();
        fixture.Camera.Script = static r => r.Method == "DESCRIBE" ? ScriptedReply.Of(302, "Found", ("Location", "rtsp://127.0.0.1:25/x")) : null;

        FastRtspProxy.Engine.Backend.BackendFailure? failure = await fixture.OpenAsync(fixture.Create(change: OnlyTheCamera));

        Assert.Contains("must not connect to 127.0.0.1:25", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("-U", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_TunnelToAPrivilegedPort_IsRefusedWithoutALogIn()
    {
        await using Backend.BackendFixture fixture = new();

        FastRtspProxy.Engine.Backend.BackendFailure? failure = await fixture.OpenAsync(
            fixture.Create(BackendTransport.HttpTunnel, change: static o => OnlyTheCamera(o) with { TunnelPort = 25 }));

        Assert.Contains("must not connect to 127.0.0.1:25", failure!.Message, StringComparison.Ordinal);
    }

    /// <summary>Datagrams are connections too: what opens the way back, and reports, go to no such port. Then reports go where the camera's own come from.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 53)]
    public async Task Setup_PrivilegedServerPort_CountsAsNotNamedWithoutALogIn(bool isAuthenticated, int port)
    {
        await using Backend.BackendFixture fixture = new();
        fixture.Camera.Script = static r => r.Method == "SETUP" ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", "RTP/AVP;unicast;server_port=53-54")) : null;
        FastRtspProxy.Engine.Backend.BackendSession session = fixture.Create(change: o => o with { Targets = TheCameraOnly(isAuthenticated) });

        Assert.Null(await fixture.OpenAsync(session));
        Assert.Null(await fixture.Shard.RunAsync(session.SetUpAsync));

        Assert.Equal(port, await fixture.Shard.RunAsync(() => Task.FromResult((int)session.Tracks[0].RtpSocket!.Peer.Port)));
    }

    [Fact]
    public async Task Register_ReuseConnection_TheRegisteringPartyServesOnIt()
    {
        ProxyOptions options = FrontendHost.Options with { AcceptRegister = true, AllowPrivateRegister = true };
        await using ProxyEngine engine = await ProxyEngine.StartAsync(options, NullLoggerFactory.Instance);
        using RtspTestClient party = await RtspTestClient.ConnectAsync(engine.RtspPort);
        using RtspTestClient viewer = await RtspTestClient.ConnectAsync(engine.RtspPort);

        // Nobody listens on port 322: all of it has to come over this connection.
        RtspTestResponse registered = await party.RequestAsync(
            "REGISTER", "rtsp://127.0.0.1:322/cam", "Transport: reuse_connection;preferred_delivery_protocol=interleaved;proxy_url_suffix=door");
        Assert.Equal(200, registered.Status);
        string describe = await ReadRequestAsync(party);
        Assert.StartsWith("DESCRIBE rtsp://127.0.0.1:322/cam RTSP/1.0\r\nCSeq: 1\r\n", describe, StringComparison.Ordinal);
        string sdp = ScriptedCamera.VideoOnly;
        await party.SendAsync($"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n\r\n{sdp}");

        RtspTestResponse described = await viewer.RequestAsync("DESCRIBE", $"rtsp://127.0.0.1:{engine.RtspPort}/door");

        Assert.Equal(200, described.Status);
        Assert.Contains("a=control:track1", described.BodyText, StringComparison.Ordinal);
    }

    private static async Task<string> ReadRequestAsync(RtspTestClient party)
    {
        using CancellationTokenSource cancel = new(RtspTestClient.Limit);
        string text = string.Empty;
        byte[] buffer = new byte[4096];
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await party.Socket.ReceiveAsync(buffer, System.Net.Sockets.SocketFlags.None, cancel.Token);
            Assert.NotEqual(0, count);
            text += System.Text.Encoding.ASCII.GetString(buffer, 0, count);
        }

        return text;
    }

    private static FastRtspProxy.Engine.Backend.BackendOptions OnlyTheCamera(FastRtspProxy.Engine.Backend.BackendOptions options) =>
        options with { Targets = TheCameraOnly(isAuthenticated: false) };

    /// <summary>The policy of a registered stream on a machine where the test's camera is elsewhere, and all the rest is the machine's own.</summary>
    private static TargetPolicy TheCameraOnly(bool isAuthenticated) => new(
        isRegistered: true, isAuthenticated, scopeOf: static address => address.Equals(IPAddress.Loopback) ? AddressScope.Elsewhere : AddressScope.ThisMachine);
}
