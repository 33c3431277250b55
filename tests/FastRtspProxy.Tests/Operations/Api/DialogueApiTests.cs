using System.Text.Json.Nodes;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Operations.Api;

public sealed class DialogueApiTests
{
    private const string Path = "/streams/s/dialogue";

    [Fact]
    public async Task Get_Steps_AreToldInTheirOrderWithoutSecrets()
    {
        await using ApiBench bench = new();
        await bench.AskAsync("PUT", "/streams/s", "{'source':'rtsp://c/a'}");
        DateTimeOffset at = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);
        bench.Proxy.Steps["s"] =
        [
            new CameraStep(at, CameraStepKind.Connecting, "rtsp://user:***@c/a?password=***"),
            new CameraStep(at.AddSeconds(40), CameraStepKind.Lost, "no \e[1manswer") { Times = 3, Since = at.AddSeconds(1) },
        ];

        JsonArray steps = (await bench.MustAsync(200, "GET", Path)).Json["steps"]!.AsArray();

        Assert.Equal(["connecting", "lost"], steps.Select(static step => (string?)step!["step"]));
        Assert.Equal("rtsp://c/a?password=***", (string?)steps[0]!["text"]);
        Assert.Equal((1, 3), ((int)steps[0]!["times"]!, (int)steps[1]!["times"]!));
        Assert.Equal("2026-11-26T08:00:01Z", (string?)steps[1]!["since"]);
        Assert.DoesNotContain('\e', (string)steps[1]!["text"]!);
    }

    /// <summary>A wildcard stream has no camera of its own, and one that was just added none yet.</summary>
    [Fact]
    public async Task Get_StreamThatTheEngineDoesNotKnow_IsEmpty()
    {
        await using ApiBench bench = new();
        await bench.AskAsync("PUT", "/streams/s", "{'source':'rtsp://c/a'}");

        Assert.Empty((await bench.MustAsync(200, "GET", Path)).Json["steps"]!.AsArray());
    }
}
