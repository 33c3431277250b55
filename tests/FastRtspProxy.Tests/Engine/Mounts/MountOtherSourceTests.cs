using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>How long one of several sources is waited for, by a clock that goes only where a test moves it.</summary>
public sealed class MountOtherSourceTests
{
    private static readonly byte[] s_idr = [0x65, 0x88, 1, 2];

    [Fact]
    public async Task SourceInUse_IsLost_TheNextThatAnswersPlaysWithoutAnyWait()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        RecordingClient client = await PlayAsync(fixture, mount);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);

        await SaidAsync(fixture, "source 2 of 2 is in use", () => backup.SendRtp(0, 96, 1, 7000, 77, true, s_idr));
        Assert.Null(client.End);
    }

    [Fact]
    public async Task NextSource_AcceptsAndStaysSilent_TheThirdPlaysAfterTwoSeconds()
    {
        using ScriptedCamera silent = new() { Script = Silence };
        using ScriptedCamera third = new();
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.AddSource(silent);
        fixture.AddSource(third);
        Mount mount = fixture.Create();
        RecordingClient client = await PlayAsync(fixture, mount);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => silent.Count("DESCRIBE") == 1);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.9));
        Assert.Equal(0, third.ConnectionCount);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        await Until.TrueAsync(() => third.Count("PLAY") == 1 && mount.State == StreamState.Playing);

        await SaidAsync(fixture, "source 3 of 3 is in use: source 1 cannot be used", () => third.SendRtp(0, 96, 1, 7000, 77, true, s_idr));
        await SaidAsync(fixture, "no description within 2 s, and there are other sources; trying source 3 of 3; 1 viewer(s) are held meanwhile");
        await Until.TrueAsync(() => silent.OpenConnections == 0);
        Assert.Equal(1, silent.Count("DESCRIBE"));
        Assert.Null(client.End);
    }

    /// <summary>A name that is looked up, a SYN that nobody answers: a connect cannot be called back, and is of no use to anybody when it is over.</summary>
    [Fact]
    public async Task BestSource_ConnectDoesNotEnd_TheNextPlaysAfterTwoSecondsAndTheConnectionIsClosedUnused()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(new FakeTimeProvider());
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<ByteStream?> connecting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Connection = _ =>
        {
            begun.TrySetResult();
            return connecting.Task;
        };
        fixture.AddSource(backup);
        try
        {
            Mount mount = fixture.Create();
            await begun.Task;
            Task<(RecordingClient Client, PlayGrant Grant)> joining = fixture.JoinAsync(mount);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
            await joining;

            Assert.Equal(1, backup.Count("PLAY"));
            Assert.Equal(0, fixture.Camera.ConnectionCount);
        }
        finally
        {
            connecting.TrySetResult(null); // the camera is connected to as usual then
        }

        await Until.TrueAsync(() => fixture.Camera.ConnectionCount == 1 && fixture.Camera.OpenConnections == 0);
        Assert.Empty(fixture.Camera.Requests);
        Assert.Equal(1, backup.Count("PLAY"));
    }

    [Fact]
    public async Task AllSources_AnswerSlowly_TheBestHasItsUsualTimeAtTheEndOfTheRound()
    {
        using ScriptedCamera backup = new() { Script = Silence };
        await using MountFixture fixture = new(new FakeTimeProvider()) { Timings = new() { Join = TimeSpan.FromMinutes(1) } };
        fixture.AddSource(backup);
        fixture.Camera.Script = Silence;
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        Task<(RecordingClient Client, PlayGrant Grant)> joining = fixture.JoinAsync(mount);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(() => backup.Count("DESCRIBE") == 1);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 2);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((2, 1), (fixture.Camera.Count("DESCRIBE"), backup.Count("DESCRIBE")));
        fixture.Camera.Script = null;
        AnswerDescribe(fixture.Camera);
        await joining;

        Assert.Equal((1, 0), (fixture.Camera.Count("PLAY"), backup.Count("PLAY")));
    }

    [Fact]
    public async Task LastSourceOfTheRound_AnswersSlowly_HasItsUsualTimeAtOnce()
    {
        using ScriptedCamera backup = new() { Script = Silence };
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.AddSource(backup);
        Mount mount = fixture.Create();
        RecordingClient client = await PlayAsync(fixture, mount);

        fixture.Camera.Dispose();
        await Until.TrueAsync(() => backup.Count("DESCRIBE") == 1);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(25));
        Assert.Equal((1, 1), (backup.ConnectionCount, backup.Count("DESCRIBE")));
        backup.Script = null;
        AnswerDescribe(backup);

        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        Assert.Null(client.End);
    }

    [Fact]
    public async Task OnlySource_DoesNotAnswer_HasItsUsualTime()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { Timings = new() { Join = TimeSpan.FromMinutes(1) } };
        fixture.Camera.Script = Silence;
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        _ = mount.JoinAsync(fixture.Client(), PlayWish.Everything);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(29));
        Assert.Equal((1, 1), (fixture.Camera.ConnectionCount, fixture.Camera.Count("DESCRIBE")));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        await SaidAsync(fixture, "DESCRIBE was not answered within 30 s");
    }

    [Fact]
    public async Task BestSource_IsOpenedForNobody_HasItsUsualTimeUntilTwoSecondsAfterSomebodyCame()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.AddSource(backup);
        fixture.Camera.Script = Silence;
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, backup.ConnectionCount);

        Task<(RecordingClient Client, PlayGrant Grant)> joining = fixture.JoinAsync(mount);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.9));
        Assert.Equal(0, backup.ConnectionCount);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.1));
        await joining;

        Assert.Equal(1, backup.Count("PLAY"));
    }

    [Fact]
    public async Task BestSource_OfAStreamThatIsAlwaysOn_IsLeftAlsoWhileNobodyWatches()
    {
        using ScriptedCamera backup = new();
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.AddSource(backup);
        fixture.Camera.Script = Silence;
        Mount mount = fixture.Create(alwaysOn: true);
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));

        await Until.TrueAsync(() => backup.Count("PLAY") == 1 && mount.State == StreamState.Playing);
    }

    /// <summary>It accepts connections, and answers nothing.</summary>
    private static ScriptedReply? Silence(ScriptedRequest request) => request.Method == "DESCRIBE" ? new ScriptedReply { Silent = true } : null;

    /// <summary>The answer to the newest request comes after all.</summary>
    private static void AnswerDescribe(ScriptedCamera camera)
    {
        ScriptedRequest asked = camera.Requests[^1];
        camera.SendText(
            $"RTSP/1.0 200 OK\r\nCSeq: {asked.Header("CSeq")}\r\nContent-Base: {asked.Uri}/\r\nContent-Type: application/sdp\r\n"
            + $"Content-Length: {camera.Sdp.Length}\r\n\r\n{camera.Sdp}");
    }

    /// <summary>The first source plays for a client.</summary>
    private static async Task<RecordingClient> PlayAsync(MountFixture fixture, Mount mount)
    {
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        long from = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 10, 90_000, 42, true, s_idr);
        _ = await fixture.MediaAsync(mount, from, 1);
        return client;
    }

    private static Task SaidAsync(MountFixture fixture, string text, Action? first = null)
    {
        first?.Invoke();
        return Until.TrueAsync(
            () => fixture.Log.Lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal)),
            detail: () => string.Join('\n', fixture.Log.Lines.Select(static line => line.Text)));
    }
}
