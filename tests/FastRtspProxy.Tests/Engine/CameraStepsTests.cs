using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>What is kept of the dialogue with a camera, for an operator who comes later.</summary>
public sealed class CameraStepsTests
{
    [Fact]
    public async Task Steps_CameraThatPlaysAndIsRestarted_AreAllThere()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url.Replace("://", "://user:secret@", StringComparison.Ordinal))]);
        (RtspTestClient client, _) = await host.WatchAsync();
        CameraTrack video = new(camera);
        video.SendPicture();
        await ProxyHost.ReadAsync(client);

        CameraStep[] steps = await UntilAsync(host, CameraStepKind.Media);
        Assert.True(await host.Engine.Status.RestartAsync("cam"));
        CameraStep[] anew = await UntilAsync(host, CameraStepKind.Renewed);

        CameraStepKind[] course =
            [CameraStepKind.Connecting, CameraStepKind.Connected, CameraStepKind.Described, CameraStepKind.SetUp, CameraStepKind.Playing, CameraStepKind.Media];
        Assert.Equal(course, steps.Select(static step => step.Kind));
        Assert.Equal(camera.Url.Replace("://", "://user:***@", StringComparison.Ordinal), steps[0].Text);
        Assert.Equal($"127.0.0.1:{camera.Port}", steps[1].Text);
        Assert.Equal("video H264, audio MPEG4-GENERIC", steps[2].Text);
        Assert.StartsWith("TCP: ", steps[3].Text, StringComparison.Ordinal);
        Assert.EndsWith(" ms after PLAY was sent", steps[5].Text, StringComparison.Ordinal);
        Assert.Equal([.. course, CameraStepKind.Closed, CameraStepKind.Renewed], anew.Take(8).Select(static step => step.Kind));
        Assert.Equal("this was asked for", anew[7].Text);
        Assert.DoesNotContain(anew, static step => step.Text.Contains("secret", StringComparison.Ordinal));
        Assert.All(anew.Zip(anew.Skip(1)), static pair => Assert.True(pair.First.At <= pair.Second.At));
        Assert.Null(host.Engine.Status.CameraStepsOf("other"));
    }

    [Fact]
    public async Task Steps_CameraThatGoes_SayWhyAndWhatFollows()
    {
        ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        (RtspTestClient client, _) = await host.WatchAsync();
        new CameraTrack(camera).SendPicture();
        await ProxyHost.ReadAsync(client);
        await UntilAsync(host, CameraStepKind.Media);

        camera.Dispose();
        CameraStep[] steps = await UntilAsync(host, CameraStepKind.Waiting);

        CameraStep[] last = [.. steps.SkipWhile(static step => step.Kind != CameraStepKind.Media).Skip(1).Take(2)];
        Assert.Equal([CameraStepKind.Lost, CameraStepKind.Waiting], last.Select(static step => step.Kind));
        Assert.NotEmpty(last[0].Text);
        Assert.StartsWith("the next attempt follows in ", last[1].Text, StringComparison.Ordinal);
    }

    /// <summary>A URL that is cut before its @ is none any more, and shows the beginning of the password.</summary>
    [Fact]
    public async Task Steps_LongAnswerWithAPasswordAtTheCut_DoNotShowItsBeginning()
    {
        using ScriptedCamera camera = new() { Script = static _ => ScriptedReply.Of(404, new string('x', 240) + " rtsp://admin:geheim" + new string('h', 80) + "@10.0.0.5/1") };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);

        CameraStep[] steps = await UntilAsync(host, CameraStepKind.Lost);

        CameraStep lost = steps.First(static step => step.Kind == CameraStepKind.Lost);
        Assert.DoesNotContain("geheim", lost.Text, StringComparison.Ordinal);
        Assert.Contains("rtsp://***@10.0.0.5/1", lost.Text, StringComparison.Ordinal);
    }

    /// <summary>A night of attempts that all end alike is one line, with what came before it.</summary>
    [Fact]
    public async Task Steps_AttemptsThatEndAlike_AreCounted()
    {
        ScriptedCamera camera = new();
        camera.Dispose();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);

        CameraStep[] steps = await UntilAsync(host, static steps => steps.Any(static step => step is { Kind: CameraStepKind.Lost, Times: > 1 }));

        CameraStep lost = Assert.Single(steps, static step => step.Kind == CameraStepKind.Lost);
        Assert.True(lost.Since < lost.At);
        Assert.InRange(steps.Length, 2, 4);
    }

    [Fact]
    public async Task Steps_Many_AreTheNewest()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient client = (await host.WatchAsync()).Client;
        for (int i = 0; i < CameraSteps.Kept / 5; i++)
        {
            int plays = camera.Count("PLAY");
            Assert.True(await host.Engine.Status.RestartAsync("cam"));
            await Until.TrueAsync(() => camera.Count("PLAY") > plays);
        }

        CameraStep[] steps = await UntilAsync(host, static steps => steps[^1].Kind == CameraStepKind.Playing);
        Assert.Equal(CameraSteps.Kept, steps.Length);
    }

    private static Task<CameraStep[]> UntilAsync(ProxyHost host, CameraStepKind kind) =>
        UntilAsync(host, steps => steps.Any(step => step.Kind == kind));

    private static async Task<CameraStep[]> UntilAsync(ProxyHost host, Func<CameraStep[], bool> condition)
    {
        CameraStep[] steps = [];
        await Until.TrueAsync(
            () => condition(steps = [.. host.Engine.Status.CameraStepsOf("cam") ?? []]), 30, () => string.Join('\n', steps.Select(static step => step.ToString())));
        return steps;
    }
}
