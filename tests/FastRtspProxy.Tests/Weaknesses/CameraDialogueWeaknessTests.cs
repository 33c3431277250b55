using System.Collections.Concurrent;
using System.Net;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Ports, framing, credentials and redirects on the camera's side.</summary>
public sealed class CameraDialogueWeaknessTests
{
    private const string Password = "geheim-9";

    [Fact]
    public async Task Weakness10_TwoCamerasAnnounceTheSamePort_EachViewerGetsItsOwnPicture()
    {
        string sdp = ScriptedCamera.VideoOnly.Replace("m=video 0", "m=video 5004", StringComparison.Ordinal);
        using ScriptedCamera first = new() { Sdp = sdp };
        using ScriptedCamera second = new() { Sdp = sdp };
        await using ProxyHost host = await ProxyHost.StartAsync(
            [ProxyHost.Stream("a", first.Url, BackendTransport.Udp), ProxyHost.Stream("b", second.Url, BackendTransport.Udp)],
            time: new FakeTimeProvider()); // the second camera's silence is not the end of UDP
        using RtspTestClient viewerA = (await host.WatchAsync(name: "a")).Client;
        using RtspTestClient viewerB = (await host.WatchAsync(name: "b")).Client;

        CameraTrack track = new(first);
        for (int i = 0; i < 20; i++)
        {
            track.SendPicture();
            await ProxyHost.ReadAsync(viewerA);
        }

        Assert.True(await viewerB.IsSilentAsync(TimeSpan.FromMilliseconds(200)));
        string[] asked = [.. first.Requests.Concat(second.Requests).Where(r => r.Method == "SETUP").Select(r => r.Header("Transport")!)];
        Assert.Equal(2, asked.Distinct().Count());
        Assert.All(asked, transport => Assert.DoesNotContain("5004", transport, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Weakness14_HugeRtcpAndGarbageInTheConnection_TheMediaGoesOn()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera);
        track.SendPicture();
        InterleavedPacket before = await ProxyHost.ReadAsync(viewer);

        camera.SendRtcp(0, new byte[60_000]);
        camera.SendRaw(new byte[3000]);
        camera.SendText("rubbish\r\n\r\n");
        track.SendPicture();

        Assert.Equal(unchecked((ushort)(before.SequenceNumber + 1)), (await ProxyHost.ReadAsync(viewer)).SequenceNumber);
        Assert.Equal(1, camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task Weakness33_CameraLosesBytesInTheMiddleOfAFrame_TheFramingIsFoundAgain()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        byte[] whole = ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 500, 9000, 42, true, new byte[1000]));
        camera.SendRaw(whole);
        camera.SendRaw(whole.AsSpan(0, 700));
        CameraTrack track = new(camera, firstSequenceNumber: 502, firstTimestamp: 16_200);
        for (int i = 0; i < 20; i++)
        {
            track.SendPicture(200 + i);
        }

        // The size tells which one it is: the last has come.
        while ((await ProxyHost.ReadAsync(viewer)).Payload.Length != 12 + 219)
        {
        }

        Assert.Equal(1, camera.Count("DESCRIBE"));
    }

    [Theory]
    [InlineData("Digest realm=\"R\", nonce=\"N1\"", "MD5")]
    [InlineData("digest nonce=\"N1\",realm=\"R\"", "MD5")]
    [InlineData("Digest qop=\"auth\", algorithm=MD5, opaque=\"o\", nonce=\"N1\", realm=\"R\"", "MD5")]
    [InlineData("Digest realm=\"R\", qop=\"auth,auth-int\", nonce=\"N1\", algorithm=MD5-sess", "MD5-sess")]
    [InlineData("Digest algorithm=SHA-256, realm=\"R\", nonce=\"N1\", qop=\"auth\"", "SHA-256")]
    public async Task Weakness15_ChallengeOfAnyForm_IsAnswered(string challenge, string algorithm)
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        camera.Script = r => DigestAnswer.IsRight(r, "admin", Password, "R", "N1", algorithm)
            ? null
            : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", challenge));
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", WithCredentials(camera.Url))]);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;

        new CameraTrack(camera).SendPicture();

        await ProxyHost.ReadAsync(viewer);
        Assert.Equal(2, camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task Weakness15_NonceChangesQuietlyWithEveryAnswer_TheSessionLives()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        int accepted = 0;
        camera.Script = r =>
        {
            if (DigestAnswer.IsRight(r, "admin", Password, "R", "N" + accepted, "MD5"))
            {
                accepted++;
                return null;
            }

            return ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", $"Digest realm=\"R\", nonce=\"N{accepted}\""));
        };
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", WithCredentials(camera.Url))]);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;

        new CameraTrack(camera).SendPicture();

        await ProxyHost.ReadAsync(viewer);
        await Until.TrueAsync(() => accepted == 4); // DESCRIBE, SETUP, PLAY, OPTIONS
    }

    [Fact]
    public async Task Weakness16_Credentials_AreNeitherInARequestLineNorInTheLog()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        string expected = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("admin:" + Password));
        camera.Script = r => r.Header("Authorization") == expected ? null : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Basic realm=\"R\""));
        ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", WithCredentials(camera.Url))]);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(viewer);
        camera.DropConnections();
        await Until.TrueAsync(() => host.Log.Loud.Count > 0);
        await host.DisposeAsync();

        Assert.All(camera.Requests, r => Assert.DoesNotContain('@', r.Uri));
        string[] secrets = [Password, expected[6..]];
        Assert.Contains(host.Log.Texts, line => line.Contains("DESCRIBE", StringComparison.Ordinal));
        Assert.All(host.Log.Texts, line => Assert.DoesNotContain(secrets, secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Weakness31_CameraRedirectsToItself_IsAskedAFewTimesOnly()
    {
        using ScriptedCamera camera = new();
        camera.Script = r => ScriptedReply.Of(302, "Found", ("Location", camera.Url));
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: new FakeTimeProvider());

        await Until.TrueAsync(() => host.Log.Loud.Count > 0);

        // The clock stands still: nothing more comes before the next attempt is due.
        int asked = camera.Count("DESCRIBE");
        Assert.InRange(asked, 1, 12);
        await Task.Delay(100);
        Assert.Equal(asked, camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task Weakness31_NameThatIsLookedUpForLong_HoldsUpNobody()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(
            [ProxyHost.Stream("lost", "rtsp://camera.invalid/live"), ProxyHost.Stream("cam", camera.Url)], o => o with { Threads = 1 });
        using RtspTestClient viewer = (await host.WatchAsync()).Client;

        new CameraTrack(camera).SendPicture();

        await ProxyHost.ReadAsync(viewer);
    }

    private static string WithCredentials(string url) => url.Replace("://", $"://admin:{Password}@", StringComparison.Ordinal);
}
