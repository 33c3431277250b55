using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Replay;

/// <summary>What viewers of a replay stream ask is asked of the recorder, and its answers are theirs.</summary>
public sealed class ReplayDialogueTests
{
    [Fact]
    public async Task Start_NobodyHasAsked_TheRecorderHearsNothing()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", fixture.Host.Url)).Status);

        Assert.Equal(0, fixture.Recorder.ConnectionCount);
        Assert.True((await fixture.Host.Engine.Status.StreamAsync("cam"))!.IsUp);
    }

    [Fact]
    public async Task Describe_GoesToTheRecorder_WithItsTagAndTheRecordersTimes()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        RtspTestResponse described = await client.RequestAsync("DESCRIBE", fixture.Host.Url, ReplayFixture.Require, "Range: clock=20261125T100000Z-");

        ScriptedRequest asked = Assert.Single(fixture.Recorder.Requests);
        Assert.Equal(("DESCRIBE", fixture.Recorder.Url, "onvif-replay"), (asked.Method, asked.Uri, asked.Header("Require")));
        Assert.Equal("clock=20261125T100000Z-", asked.Header("Range"));
        Assert.Equal((200, fixture.Host.Url + "/"), (described.Status, described.Header("Content-Base")));
        Assert.Contains("a=range:clock=20261125T100000Z-20261125T110000Z\r\n", described.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("npt=now", described.BodyText, StringComparison.Ordinal);
        Assert.Contains("a=x-onvif-track:VIDEO001\r\na=control:track1\r\n", described.BodyText, StringComparison.Ordinal);
    }

    /// <summary>A recorder that describes a profile which it does not take: the first viewer has found that out for the others.</summary>
    [Fact]
    public async Task SetUp_TheDescribedProfileIsRefused_TheNextViewerBeginsWithTheOther()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(static request =>
            request.Method == "SETUP" && ProfileOf(request).StartsWith("RTP/AVPF", StringComparison.Ordinal) ? ScriptedReply.Of(461, "No") : null);
        fixture.Recorder.Sdp = ReplayFixture.Sdp.Replace("RTP/AVP ", "RTP/AVPF ", StringComparison.Ordinal);

        using RtspTestClient first = (await fixture.SetUpAsync()).Client;
        using RtspTestClient next = (await fixture.SetUpAsync()).Client;

        Assert.Equal(
            ["RTP/AVPF/TCP", "RTP/AVP/TCP", "RTP/AVP/TCP"],
            fixture.Recorder.Requests.Where(static request => request.Method == "SETUP").Select(ProfileOf));

        static string ProfileOf(ScriptedRequest setup) => setup.Header("Transport")!.Split(';')[0];
    }

    [Fact]
    public async Task Play_HeadersGoThrough_AndTheAnswersComeBackWithOurUrls()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(static request => request.Method != "PLAY" ? null : ScriptedReply.Of(
            200, "Fine", ("Session", "12345678"), ("Range", "clock=20261125T101500.040Z-"), ("Scale", "-2.0"), ("Rate-Control", "no"),
            ("RTP-Info", "url=" + request.Uri.TrimEnd('/') + "/trackID=0;seq=17;rtptime=4711")));
        (RtspTestClient client, string session) = await fixture.SetUpAsync();

        RtspTestResponse played = await client.RequestAsync(
            "PLAY", fixture.Host.Url, "Session: " + session, ReplayFixture.Require, "Range: clock=20261125T101500Z-", "Scale: -2.0",
            "Rate-Control: no", "Immediate: yes", "Frames: intra/4000", "Authorization: Basic dmlld2VyOnNlY3JldA==", "X-Other: 1");

        ScriptedRequest asked = fixture.Recorder.Requests.Single(static request => request.Method == "PLAY");
        Assert.Equal("12345678", asked.Header("Session"));
        Assert.Equal(
            ["onvif-replay", "clock=20261125T101500Z-", "-2.0", "no", "yes", "intra/4000"],
            ((string[])["Require", "Range", "Scale", "Rate-Control", "Immediate", "Frames"]).Select(asked.Header));
        Assert.All((string[])["Authorization", "X-Other"], name => Assert.Null(asked.Header(name)));
        Assert.Equal((200, "Fine", session), (played.Status, played.Reason, played.Session));
        Assert.Equal(
            ["clock=20261125T101500.040Z-", "-2.0", "no", $"url={fixture.Host.Url}/track1;seq=17;rtptime=4711"],
            ((string[])["Range", "Scale", "Rate-Control", "RTP-Info"]).Select(played.Header));
    }

    [Theory]
    [InlineData("trackID=0", "trackID=0")]
    [InlineData("trackID=0", "/live/trackID=0")]
    [InlineData("trackID=0", "rtsp://192.0.2.9/live/trackID=0")]
    [InlineData("rtsp://192.0.2.9:554/live/trackID=0", "rtsp://192.0.2.9:554/live/trackID=0")]
    public async Task Play_RtpInfoNamesATrackAsTheRecorderSpellsIt_ItHasOurUrl(string control, string url)
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(request => request.Method != "PLAY" ? null : ScriptedReply.Of(
            200, "OK", ("Session", "12345678"), ("RTP-Info", $"url={url};seq=17;rtptime=4711,url=xtrackID=1;seq=1")));
        fixture.Recorder.Sdp = ReplayFixture.Sdp.Replace("a=control:trackID=0", "a=control:" + control, StringComparison.Ordinal);
        (RtspTestClient client, string session) = await fixture.SetUpAsync();

        RtspTestResponse played = await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session);

        Assert.Equal($"url={fixture.Host.Url}/track1;seq=17;rtptime=4711", played.Header("RTP-Info"));
    }

    /// <summary>A recorder that answers with 2,000 entries, and has URLs of 7,000 characters: nobody has more than one a track.</summary>
    [Fact]
    public async Task Play_IsAnsweredWithThousandsOfEntries_EachTrackHasOneAndTheRestCostsNothing()
    {
        const int Tracks = 32;
        string path = "/live/" + new string('p', 7_000) + "/";
        string sdp = ReplayFixture.Sdp[..ReplayFixture.Sdp.IndexOf("m=", StringComparison.Ordinal)] + string.Concat(Enumerable.Range(0, Tracks).Select(
            static i => $"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID={i}\r\n"));
        string line = "url=/trackID=1;seq=7," + string.Join(',', Enumerable.Repeat("url=/trackID=0;seq=1,url=x", 8));
        string more = string.Join(',', Enumerable.Repeat("url=x", 40));
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            request => request.Method switch
            {
                "DESCRIBE" => new ScriptedReply { Headers = [("Content-Type", "application/sdp"), ("Content-Base", path)], Body = sdp },
                "PLAY" => ScriptedReply.Of(
                    200, "OK", [("Session", "12345678"), ("RTP-Info", line), .. Enumerable.Repeat(("RTP-Info", more), 50)]),
                _ => null,
            },
            static options => options with { Threads = 1 });
        (RtspTestClient client, string session) = await fixture.SetUpAsync();
        Shard shard = fixture.Host.Engine.Streams.Directory.Find("cam")!.Shard;
        long before = await AllocatedAsync();

        RtspTestResponse played = await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session);

        Assert.Equal(200, played.Status);
        Assert.Equal($"url={fixture.Host.Url}/track2;seq=7,url={fixture.Host.Url}/track1;seq=1", played.Header("RTP-Info"));
        Assert.InRange(await AllocatedAsync() - before, 0, 50_000_000);

        Task<long> AllocatedAsync() => shard.RunAsync(static () => Task.FromResult(GC.GetAllocatedBytesForCurrentThread()));
    }

    [Fact]
    public async Task PlayPausePlay_EachIsTheRecorders_InTheViewersOrder()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Range: clock=20261125T103000Z-")).Status);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Scale: 4.0")).Status);
        Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", fixture.Host.Url, "Session: " + session)).Status);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", fixture.Host.Url, "Session: " + session)).Status);

        Assert.Equal(["DESCRIBE", "SETUP", "PLAY", "PLAY", "PAUSE", "PLAY", "TEARDOWN"], fixture.Recorder.Methods);
        Assert.Equal(1, fixture.Recorder.ConnectionCount);
        await Until.TrueAsync(() => fixture.Recorder.OpenConnections == 0);
    }

    [Theory]
    [InlineData("DESCRIBE", 404)]
    [InlineData("DESCRIBE", 551)]
    [InlineData("DESCRIBE", 403)]
    [InlineData("SETUP", 453)]
    [InlineData("SETUP", 503)]
    [InlineData("PLAY", 457)]
    [InlineData("PLAY", 456)]
    [InlineData("PAUSE", 455)]
    public async Task Recorder_RefusesARequest_TheViewerHasItsStatus(string method, int status)
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(request => request.Method != method ? null
            : ScriptedReply.Of(status, "Because", ("Unsupported", "onvif-replay"), ("Retry-After", "7")));
        using RtspTestClient client = await fixture.Host.ConnectAsync();
        string? session = null;
        RtspTestResponse response;
        int i = 0;
        string[] methods = ["DESCRIBE", "SETUP", "PLAY", "PAUSE"];
        do
        {
            string[] transport = methods[i] == "SETUP" ? ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"] : [];
            string url = methods[i] == "SETUP" ? fixture.Host.Url + "/track1" : fixture.Host.Url;
            response = await client.RequestAsync(methods[i], url, [.. transport, .. session is null ? [] : (string[])["Session: " + session]]);
            session = response.Session ?? session;
        }
        while (methods[i++] != method);

        Assert.Equal((status, "Because", "onvif-replay", "7"), (response.Status, response.Reason, response.Header("Unsupported"), response.Header("Retry-After")));
    }

    /// <summary>A recorder may say which of its URLs it does not have.</summary>
    [Fact]
    public async Task Recorder_RefusesWithAPasswordInItsReason_TheViewerDoesNotReadIt()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(static request => request.Method != "DESCRIBE" ? null
            : ScriptedReply.Of(404, "no rtsp://admin:geheim@10.0.0.5/r?pwd=geheim"));
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", fixture.Host.Url);

        Assert.Equal((404, "no rtsp://***@10.0.0.5/r?pwd=***"), (response.Status, response.Reason));
    }

    /// <summary>What a recorder may know is asked of it, whole; an empty request is a sign of life, which is answered here.</summary>
    [Fact]
    public async Task Parameters_WithABody_AreTheRecorders()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(static request => request.Method != "GET_PARAMETER" ? null
            : new ScriptedReply { Headers = [("Content-Type", "text/parameters"), ("Session", "12345678")], Body = "position: 17\r\n" });
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        await client.SendAsync(
            client.Request("GET_PARAMETER", fixture.Host.Url, "Session: " + session, "Content-Type: text/parameters", "Content-Length: 10") + "position\r\n");
        RtspTestResponse response = await client.ReadResponseAsync();

        ScriptedRequest asked = fixture.Recorder.Requests.Single(static request => request.Method == "GET_PARAMETER");
        Assert.Equal(("10", "text/parameters"), (asked.Header("Content-Length"), asked.Header("Content-Type")));
        Assert.Equal((200, "position: 17\r\n", "text/parameters", session), (response.Status, response.BodyText, response.Header("Content-Type"), response.Session));
        string tooMuch = new('x', 5000);
        await client.SendAsync(client.Request("SET_PARAMETER", fixture.Host.Url, "Session: " + session, "Content-Length: 5000") + tooMuch);
        Assert.Equal(451, (await client.ReadResponseAsync()).Status);
        Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", fixture.Host.Url, "Session: " + session)).Status);
        Assert.Equal(1, fixture.Recorder.Count("GET_PARAMETER") + fixture.Recorder.Count("SET_PARAMETER"));
    }

    [Fact]
    public async Task Play_RefusedWhileItPlays_GoesOn()
    {
        int plays = 0;
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            request => request.Method == "PLAY" && ++plays == 2 ? ScriptedReply.Of(457, "Invalid Range") : null);
        (RtspTestClient client, string session) = await fixture.PlayAsync();

        Assert.Equal(457, (await client.RequestAsync("PLAY", fixture.Host.Url, "Session: " + session, "Range: clock=19700101T000000Z-")).Status);
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));

        Assert.Equal(ReplayFixture.Packet(1), (await client.ReadFrameAsync()).Payload);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", fixture.Host.Url, "Session: " + session)).Status);
    }

    [Fact]
    public async Task LogIns_EachSideHasItsOwn()
    {
        const string Challenge = "Digest realm=\"recorder\", nonce=\"0123\"";
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            request => request.Header("Authorization")?.Contains("username=\"admin\"", StringComparison.Ordinal) == true ? null
                : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", Challenge)),
            stream: static stream => stream with { Credentials = new Credentials("admin", "recorders") });

        (RtspTestClient client, string session) = await fixture.PlayAsync();

        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", fixture.Host.Url, "Session: " + session, "Authorization: Basic dmlld2VyOnNlY3JldA==")).Status);
        Assert.DoesNotContain(fixture.Recorder.Requests, static request => request.Header("Authorization")?.Contains("Basic", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Recorder_ClosesBehindItsChallenge_TheNextConnectionBeginsWithTheAnswer()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            static request => request.Header("Authorization") is not null ? null
                : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"recorder\", nonce=\"0123\"")) with { Close = true },
            stream: static stream => stream with { Credentials = new Credentials("admin", "recorders") });

        (RtspTestClient client, _) = await fixture.PlayAsync();

        Assert.Equal((2, 2), (fixture.Recorder.ConnectionCount, fixture.Recorder.Count("DESCRIBE")));
        fixture.Recorder.SendRaw(ReplayFixture.Frame(1));
        Assert.Equal(ReplayFixture.Packet(1), (await client.ReadFrameAsync()).Payload);
        Assert.Empty(fixture.Host.Log.Loud);
    }

    [Fact]
    public async Task Recorder_ClosesBehindEachChallenge_IsAskedTwiceAndNotForEver()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            static _ => ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"recorder\", nonce=\"0123\", stale=true")) with { Close = true },
            stream: static stream => stream with { Credentials = new Credentials("admin", "recorders") });
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        Assert.Equal(502, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);

        Assert.Equal((2, 2), (fixture.Recorder.ConnectionCount, fixture.Recorder.Count("DESCRIBE")));
    }

    [Fact]
    public async Task Recorder_DoesNotTakeOurLogIn_TheViewerIsNotChallenged()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            static _ => ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"recorder\", nonce=\"0123\"")),
            stream: static stream => stream with { Credentials = new Credentials("admin", "wrong-secret") });
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", fixture.Host.Url);

        Assert.Equal((502, null), (response.Status, response.Header("WWW-Authenticate")));
        Assert.Contains(fixture.Host.Log.Loud, static line => line.Contains("the recorder is of no use", StringComparison.Ordinal)
            && line.Contains("does not accept the user name and password", StringComparison.Ordinal));
        Assert.DoesNotContain(fixture.Host.Log.Texts, static line => line.Contains("wrong-secret", StringComparison.Ordinal));
        Assert.False((await fixture.Host.Engine.Status.StreamAsync("cam"))!.IsUp);
    }

    [Fact]
    public async Task Recorder_DoesNotAnswer_504AndNobodyElseWaits()
    {
        FakeTimeProvider time = new();
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            static request => request.Method == "DESCRIBE" && request.Connection == 1 ? new ScriptedReply { Silent = true } : null,
            static options => options with { Threads = 1 }, time: time);
        using RtspTestClient waiting = await fixture.Host.ConnectAsync();
        await waiting.SendAsync(waiting.Request("DESCRIBE", fixture.Host.Url));
        await Until.TrueAsync(() => fixture.Recorder.Count("DESCRIBE") == 1);

        (RtspTestClient other, _) = await fixture.PlayAsync();

        await fixture.Host.AdvanceUntilAsync(time, TimeSpan.FromSeconds(60), () => fixture.Recorder.OpenConnections == 1, "nobody waits for it any longer");
        Assert.Equal(504, (await waiting.ReadResponseAsync()).Status);
        other.Dispose();
    }

    [Fact]
    public async Task Recorder_CannotBeReached_502()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(stream: static stream => stream with { Url = "rtsp://127.0.0.1:1/live" });
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        Assert.Equal(502, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);
        Assert.Equal(502, (await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Status);
    }

    /// <summary>A player that says nothing of ONVIF, and one that sets up without asking for the description.</summary>
    [Fact]
    public async Task PlainPlayer_WithoutTagOrDescribe_PlaysToo()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync();

        (RtspTestClient client, _) = await fixture.Host.WatchAsync(tracks: 2);
        fixture.Recorder.SendRaw(ReplayFixture.Frame(3, channel: 2));

        Assert.Equal((2, (ushort)3), ((await client.ReadFrameAsync()) is var frame ? frame.Channel : 0, frame.SequenceNumber));
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Recorder.Methods);
        Assert.All(fixture.Recorder.Requests, static request => Assert.Null(request.Header("Require")));
    }

    [Fact]
    public async Task Redirect_OfDescribe_IsFollowed()
    {
        using ScriptedCamera there = new() { Sdp = ReplayFixture.Sdp };
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(_ => ScriptedReply.Of(302, "Moved", ("Location", there.Url)));

        (RtspTestClient client, _) = await fixture.PlayAsync();

        Assert.Equal(["DESCRIBE", "SETUP", "PLAY"], there.Methods);
        client.Dispose();
    }

    [Fact]
    public async Task Redirect_ToAnotherHostThatAsksForThePassword_IsNotTold()
    {
        using ScriptedCamera there = new() { Script = static _ => ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Foo, Basic realm=\"x\"")) };
        string elsewhere = there.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            _ => ScriptedReply.Of(302, "Moved", ("Location", elsewhere)), stream: static stream => stream with { Credentials = new Credentials("admin", "recorders") });
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        Assert.Equal(502, (await client.RequestAsync("DESCRIBE", fixture.Host.Url)).Status);

        Assert.Equal(1, there.Count("DESCRIBE"));
        Assert.All(there.Requests, static request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Multicast_IsOfferedToNobody()
    {
        await using ReplayFixture fixture = await ReplayFixture.StartAsync(
            stream: static stream => stream with
            {
                Settings = new StreamSettings { Multicast = new MulticastOptions { Group = System.Net.IPAddress.Parse("239.192.7.7"), IsOpen = true } },
            });
        using RtspTestClient client = await fixture.Host.ConnectAsync();

        Assert.Equal(461, (await client.RequestAsync("SETUP", fixture.Host.Url + "/track1", "Transport: RTP/AVP;multicast")).Status);
    }
}
