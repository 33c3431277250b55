using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>What is said of how much is really kept.</summary>
public sealed class KeptNewsTests
{
    private readonly FakeTimeProvider _time = new();
    private ushort _number = 500;
    private uint _timestamp = 9000;

    [Fact]
    public async Task Note_AsMuchAsIsWantedIsKept_SaysSoOnceAndTheFiguresDo()
    {
        RingOptions ring = new() { KeepDuration = TimeSpan.FromSeconds(10), PastDuration = TimeSpan.FromSeconds(8) };
        await using MountFixture fixture = new(_time) { Ring = ring };
        Mount mount = await PlayAsync(fixture, seconds: 30, payloadBytes: 10_000);

        await Until.TrueAsync(() => fixture.Log.Lines.Any(static line => line.Text.Contains("are kept, in", StringComparison.Ordinal)));
        Assert.Single(fixture.Log.Lines, static line => line.Text.Contains("kept", StringComparison.Ordinal));
        StreamStatus status = await mount.Shard.RunAsync(() => Task.FromResult(mount.Describe()));
        Assert.InRange(status.KeptSeconds, 8, 13);
        Assert.InRange(status.KeptBytes, 80_000, 400_000);
        long[] row = new long[StreamFigure.Count];
        mount.Read(row, ShardTime.Of(_time));
        Assert.Equal((status.KeptBytes, (long)(status.KeptSeconds * 1e6)), (row[StreamFigure.KeptBytes], row[StreamFigure.Kept]));
    }

    [Fact]
    public async Task Note_TheBytesAreUsedUpSooner_SaysHowMuchIsKeptAndWhatMendsIt()
    {
        RingOptions ring = new() { KeepBytes = 300_000, KeepDuration = TimeSpan.FromSeconds(22), PastDuration = TimeSpan.FromSeconds(20) };
        await using MountFixture fixture = new(_time) { Ring = ring };
        Mount mount = await PlayAsync(fixture, seconds: 40, payloadBytes: 50_000);

        await Until.TrueAsync(() => fixture.Log.Lines.Any(static line => line.Text.Contains("are kept of 20 s (keep.time)", StringComparison.Ordinal)));
        Assert.Single(fixture.Log.Lines, static line => line.Text.Contains("kept", StringComparison.Ordinal));
        StreamStatus status = await mount.Shard.RunAsync(() => Task.FromResult(mount.Describe()));
        Assert.InRange(status.KeptSeconds, 2, 12);
        Assert.InRange(status.KeptBytes, 1, 450_000);
    }

    [Fact]
    public async Task Note_NoPastIsWanted_NothingIsSaid()
    {
        await using MountFixture fixture = new(_time);
        _ = await PlayAsync(fixture, seconds: 20, payloadBytes: 10_000);

        Assert.DoesNotContain(fixture.Log.Lines, static line => line.Text.Contains("kept", StringComparison.Ordinal));
    }

    /// <summary>A picture a second, every other one a key frame.</summary>
    private async Task<Mount> PlayAsync(MountFixture fixture, int seconds, int payloadBytes)
    {
        Mount mount = fixture.Create(alwaysOn: true);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < seconds; i++)
        {
            long expected = mount.Ring.Head + 1;
            payload[0] = (byte)(i % 2 == 0 ? 0x65 : 0x41);
            payload[1] = 0x88;
            fixture.Camera.SendRtp(0, 96, _number++, _timestamp += 90_000, 42, true, payload);
            await Until.TrueAsync(() => mount.Ring.Head >= expected);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        return mount;
    }
}
