using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class OwnClockIngestTests
{
    private static readonly DateTimeOffset s_unset = DateTimeOffset.UnixEpoch.AddSeconds(90);
    private static readonly DateTimeOffset s_now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SteppedClock _time = new();
    private ushort _number;
    private uint _timestamp = 5000;

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task CheckOwnClock_TheBoxGetsItsTimeWhileACameraPlays_ReportsTellIt(bool cameraReports, bool noticedAtOurReport)
    {
        _time.SetWallClock(s_unset);
        using ShardGroup shards = ShardGroup.Start(1, _time, NullLoggerFactory.Instance);
        using SlabPool pool = new(16 << 20);
        Shard shard = shards.Shards[0];
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoOnly), out SdpDocument? document, out _));
        MountIngest ingest = new(shard, new PacketRing(pool, new RingOptions { KeepBytes = 4 << 20 }, 1));
        await shard.RunAsync(() =>
        {
            ingest.Describe(document.Media);
            ingest.Begin(0);
            return Task.CompletedTask;
        });
        DateTimeOffset camera = s_now.AddSeconds(-40);
        await PlayAsync(shard, ingest, cameraReports ? camera : null);
        Assert.InRange((Told(shard, ingest) - _time.GetUtcNow()).TotalSeconds, -1, 1);

        _time.SetWallClock(s_now.AddSeconds(10));
        await shard.RunAsync(() =>
        {
            if (noticedAtOurReport)
            {
                ingest.AppendReports();
            }
            else
            {
                ingest.OnSenderReport(0, 7, cameraReports ? NtpTime.FromUnix(camera.AddSeconds(10)) : 0, _timestamp, shard.NowMicros);
            }

            return Task.CompletedTask;
        });
        DateTimeOffset told = Told(shard, ingest);
        Assert.InRange((told - _time.GetUtcNow()).TotalSeconds, cameraReports ? -41 : -1, cameraReports ? -39 : 1);

        await PlayAsync(shard, ingest, cameraReports ? camera.AddSeconds(10) : null);
        Assert.InRange((Told(shard, ingest) - told).TotalSeconds, 9, 11);
    }

    /// <summary>With two hours what is told stays; with half a century it goes along.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CameraClockOffset_TheBoxGetsItsTimeWhileACameraPlays_IsToThatTime(bool wasUnset)
    {
        _time.SetWallClock(wasUnset ? s_unset : s_now.AddHours(-2));
        using ShardGroup shards = ShardGroup.Start(1, _time, NullLoggerFactory.Instance);
        using SlabPool pool = new(16 << 20);
        Shard shard = shards.Shards[0];
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoOnly), out SdpDocument? document, out _));
        MountIngest ingest = new(shard, new PacketRing(pool, new RingOptions { KeepBytes = 4 << 20 }, 1));
        await shard.RunAsync(() =>
        {
            ingest.Describe(document.Media);
            ingest.Begin(0);
            return Task.CompletedTask;
        });
        await PlayAsync(shard, ingest, s_now);
        Assert.True(await OffsetAsync(shard, ingest) > 7000);

        _time.SetWallClock(s_now.AddSeconds(10));
        Assert.InRange(await OffsetAsync(shard, ingest), -1, 1);
        await shard.RunAsync(() =>
        {
            ingest.AppendReports();
            return Task.CompletedTask;
        });
        Assert.InRange(await OffsetAsync(shard, ingest), -1, 1);
    }

    private static Task<double> OffsetAsync(Shard shard, MountIngest ingest) =>
        shard.RunAsync(() => Task.FromResult(ingest.CameraClockOffsetMicros!.Value / 1e6));

    /// <summary>Ten seconds of one picture a second, and a report behind each second one.</summary>
    private async Task PlayAsync(Shard shard, MountIngest ingest, DateTimeOffset? camera)
    {
        for (int i = 1; i <= 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await shard.RunAsync(() =>
            {
                shard.RefreshNow();
                _timestamp += 90_000;
                byte[] packet = ScriptedCamera.RtpBytes(96, ++_number, _timestamp, 7, true, new byte[100]);
                Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
                ingest.OnRtp(0, 7, view, packet, shard.NowMicros);
                if (camera is { } time && i % 2 == 0)
                {
                    ingest.OnSenderReport(0, 7, NtpTime.FromUnix(time.AddSeconds(i)), _timestamp, shard.NowMicros);
                }

                return Task.CompletedTask;
            });
        }
    }

    private static DateTimeOffset Told(Shard shard, MountIngest ingest)
    {
        byte[] report = shard.RunAsync(() => Task.FromResult(ingest.ReportFor(ingest.Tracks[0])!)).GetAwaiter().GetResult();
        RtcpCompoundReader reader = new(report);
        Assert.True(reader.MoveNext(out RtcpPacketView packet));
        return NtpTime.ToUnix(packet.Ntp);
    }
}
