using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Captures;
using FastRtspProxy.SimulatedCamera.Replay;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Frontend;
using FastRtspProxy.Tests.Operations.Api;
using FastRtspProxy.Tests.Operations.Http;
using FastRtspProxy.Tests.Operations.Live;
using FastRtspProxy.Tests.SimulatedCamera;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Captures;

/// <summary>A capture by HTTP: a download that grows, one of a stream and four in all, for whoever may.</summary>
public sealed class CaptureRoutesTests
{
    private static readonly AccessRules s_rules = new()
    {
        Users = [LogIns.User("some", "some"), LogIns.User("looks", "looks")],
        Roles =
        [
            new AccessRole("some", AccessRights.Api) { Streams = [LogIns.Pattern("gate/*")] },
            new AccessRole("looks", AccessRights.Status),
        ],
    };

    [Fact]
    public async Task Capture_WhoeverHangsUp_HasAFileUpToThereAndTheCameraIsLetGo()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        await using RouteHost host = await StartAsync(camera, shards);
        using HttpClient client = new() { BaseAddress = host.Url };
        using HttpResponseMessage response = await AskAsync(client, "cam");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/gzip", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("cam.frpcap", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));

        byte[] file = await ReadAsync(response, 8192);
        response.Dispose();

        Recording recording = Recording.Load(new MemoryStream(file));
        Assert.Equal(2, recording.Tracks.Tracks.Count);
        Assert.NotEmpty(recording.Packets);
        await Until.TrueAsync(() => camera.Server.Counters.Sessions == 0);
    }

    [Fact]
    public async Task Capture_OfAStreamThatIsCapturedOrTheFifth_ComesAgainLater()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync();
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        await using RouteHost host = await StartAsync(camera, shards);
        using HttpClient client = new() { BaseAddress = host.Url };
        HttpResponseMessage[] underWay = [await AskAsync(client, "a"), await AskAsync(client, "b")];

        await AssertBusyAsync(client, "a");

        underWay = [.. underWay, await AskAsync(client, "c"), await AskAsync(client, "d")];
        Assert.All(underWay, static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        await AssertBusyAsync(client, "e");

        underWay[0].Dispose();
        await Until.TrueAsync(async () =>
        {
            using HttpResponseMessage response = await AskAsync(client, "e");
            return response.StatusCode == HttpStatusCode.OK;
        });
        Array.ForEach(underWay, static response => response.Dispose());
    }

    [Theory]
    [InlineData("some", "gate%2F1", 404)] // its own, which is none that there is
    [InlineData("some", "yard", 403)]
    [InlineData("looks", "gate%2F1", 403)]
    [InlineData("looks", "yard", 403)]
    public async Task Capture_OfAStream_IsForWhoeverMayUseTheApiForThatStream(string user, string stream, int status)
    {
        CaptureRoutes routes = new(static _ => Task.FromResult<CameraCapture?>(null), "test");
        await using HttpBench bench = await HttpBench.StartAsync(null, s_rules, [.. routes.Routes]);

        Assert.Equal(status, await bench.StatusAsync("POST", $"/api/v1/streams/{stream}/capture", ServedApi.Marked, LogIns.Basic(user, user + "'s")));
    }

    [Fact]
    public async Task Capture_WithoutALogIn_IsRefused()
    {
        CaptureRoutes routes = new(static _ => Task.FromResult<CameraCapture?>(null), "test");
        await using HttpBench bench = await HttpBench.StartAsync(null, s_rules, [.. routes.Routes]);

        Assert.Equal(401, await bench.StatusAsync("POST", "/api/v1/streams/yard/capture", ServedApi.Marked));
    }

    private static Task<RouteHost> StartAsync(CameraFixture camera, ShardGroup shards)
    {
        CaptureRoutes routes = new(
            name => Task.FromResult<CameraCapture?>(CameraCapture.Of(
                new StreamOptions { Name = name, Url = camera.Url, Transport = BackendTransport.Tcp }, shards.Shards[0], NullLogger.Instance)),
            "test");
        return RouteHost.StartAsync(routes.Routes);
    }

    /// <summary>Its answer begins when the camera has said something, and goes on for ten minutes.</summary>
    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string stream)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api/v1/streams/{stream}/capture?seconds=600");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task AssertBusyAsync(HttpClient client, string stream)
    {
        using HttpResponseMessage busy = await AskAsync(client, stream);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
        Assert.Equal("10", busy.Headers.RetryAfter!.ToString());
        Assert.Contains("too many captures are under way", await busy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int bytes)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] file = new byte[bytes];
        await body.ReadExactlyAsync(file);
        return file;
    }
}
