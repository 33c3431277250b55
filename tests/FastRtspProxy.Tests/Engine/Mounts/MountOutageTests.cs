using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>What the log says of an outage and its end.</summary>
public sealed class MountOutageTests
{
    [Fact]
    public async Task Back_DescribedAndPlayedButSilent_IsSaidWithTheFirstMediaOnly()
    {
        await using MountFixture fixture = new() { BackendTimings = PatientTimings.OfBackend with { DeadStream = TimeSpan.FromMilliseconds(200) } };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") >= 3);
        Assert.Contains("no media", Assert.Single(fixture.Log.Loud), StringComparison.Ordinal);

        await Until.TrueAsync(() =>
        {
            fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);
            return fixture.Log.Loud.Count > 1;
        });

        Assert.EndsWith("the camera is back", fixture.Log.Loud[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Back_NobodyWatches_IsNotSaidButThatItAnswers()
    {
        await using MountFixture fixture = new(cameraIsUp: false);
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => fixture.Log.Loud.Count == 1);
        fixture.RestartCamera();
        Assert.NotNull(await mount.DescribeAsync(TimeSpan.FromSeconds(60)));

        Assert.EndsWith("the camera answers again; nobody watches", fixture.Log.Loud[^1], StringComparison.Ordinal);
        await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > 0);
        Assert.Equal(2, fixture.Log.Loud.Count);
    }
}
