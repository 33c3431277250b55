using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Clients that wait for the camera to play.</summary>
public sealed class MountJoinTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Leave_WhileThePlayWaits_EndsTheWaitAndLeavesTheOthersWaiting()
    {
        await using MountFixture fixture = new()
        {
            Timings = new() { Join = TimeSpan.FromMinutes(5) },
            BackEndTimings = new() { Answer = TimeSpan.FromMinutes(5) },
        };
        fixture.Camera.Script = r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        RecordingClient leaver = fixture.Client();
        Task<PlayGrant> leaving = mount.JoinAsync(leaver);
        Task<PlayGrant> staying = mount.JoinAsync(fixture.Client());
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);

        mount.Leave(leaver);

        Assert.Equal(PlayOutcome.Gone, (await leaving.WaitAsync(s_limit)).Outcome);
        Assert.False(staying.IsCompleted);
        await mount.StopAsync(MountEnd.Stopping);
        Assert.Equal(PlayOutcome.Gone, (await staying.WaitAsync(s_limit)).Outcome);
    }

    [Fact]
    public async Task JoinAsync_CameraComesBackWithAnotherDescription_TellsTheClientThatItsSessionIsGone()
    {
        await using MountFixture fixture = new() { Timings = new() { Join = TimeSpan.FromMinutes(5) } };
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("H264", "H265", StringComparison.Ordinal);
        fixture.Camera.DropConnections();

        PlayGrant grant = await mount.JoinAsync(fixture.Client()).WaitAsync(s_limit);

        Assert.Equal(PlayOutcome.Gone, grant.Outcome);
        Assert.Equal("H265", Assert.Single((await mount.DescribeAsync(s_limit))!.Tracks).EncodingName);
    }
}
