using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Attempts that are made at once because they are made in another way.</summary>
public sealed class MountRetryTests
{
    private const int Redirects = 8;

    [Fact]
    public async Task Redirected_AfterTheStreamHasPlayedEachTime_IsFollowedAtOnceHoweverOften()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        for (int i = 1; i <= Redirects; i++)
        {
            long head = mount.Ring.Head;
            fixture.Camera.SendRtp(0, 96, (ushort)i, 1, (uint)i, true, [0x65, 1]);
            await Until.TrueAsync(() => mount.Ring.Head > head);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(11));
            await RedirectAsync(fixture, mount, plays: i + 1);
        }

        Assert.DoesNotContain(fixture.Log.Loud, IsWait);
        Assert.Null(client.End);
    }

    [Fact]
    public async Task Redirected_RightAfterEachPlay_IsFollowedFiveTimesThenWaits()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Camera.Script = r => r.Method == "PLAY" ? fixture.Camera.Default(r) with { After = RedirectBytes(fixture) } : null;
        Mount mount = fixture.Create();
        _ = mount.JoinAsync(fixture.Client(), PlayWish.Everything);

        // The clock stands still: after the attempts at once there is none.
        await Until.TrueAsync(() => fixture.Log.Loud.Any(IsWait));
        Assert.Equal(6, fixture.Camera.Count("PLAY"));
    }

    private static async Task RedirectAsync(MountFixture fixture, Mount mount, int plays)
    {
        fixture.Camera.SendRaw(RedirectBytes(fixture));
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == plays && mount.State == StreamState.Playing, detail: () => string.Join('\n', fixture.Log.Loud));
    }

    private static byte[] RedirectBytes(MountFixture fixture) =>
        System.Text.Encoding.ASCII.GetBytes($"REDIRECT {fixture.Camera.Url} RTSP/1.0\r\nCSeq: 1\r\nLocation: {fixture.Camera.Url}\r\n\r\n");

    private static bool IsWait(string line) => line.Contains("trying again", StringComparison.Ordinal);
}
