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

public sealed class EarlyReportTests
{
    private const uint Ssrc = 7;
    private const uint FirstTimestamp = 1_000_000;

    /// <summary>From the first packet to the second: what arrives is told behind a tenth of a second.</summary>
    private const int LaterMicros = 150_000;

    private static readonly DateTimeOffset s_cameraTime = DateTimeOffset.UtcNow.AddMinutes(-3);

    [Theory]
    [InlineData(Ssrc, true)]
    [InlineData(Ssrc + 1, false)]
    public async Task OnSenderReport_BeforeTheFirstPacket_CountsForThatPacketOfItsSource(uint ssrc, bool counts)
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(16 << 20);
        Shard shard = shards.Shards[0];
        (ulong ntp, uint rtpTime, uint firstTime) = await shard.RunAsync(() => Task.FromResult(Run(shard, pool, ssrc)));

        // What was told for the first packet: the camera's time, three minutes behind ours; else our own.
        DateTimeOffset toldForFirst = NtpTime.ToUnix(ntp) - TimeSpan.FromSeconds(unchecked((int)(rtpTime - firstTime)) / 90_000.0);
        Assert.Equal(counts, (toldForFirst - s_cameraTime).Duration() < TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task OnSenderReport_BeforeTheFirstPacketsAndOfTwoDifferentClocks_TracksStayTogether()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using SlabPool pool = new(16 << 20);
        Shard shard = shards.Shards[0];
        DateTimeOffset[] told = await shard.RunAsync(() =>
        {
            MountIngest ingest = Ingest(shard, pool);
            ingest.OnSenderReport(0, Ssrc, NtpTime.FromUnix(s_cameraTime.AddYears(-20)), FirstTimestamp, shard.NowMicros);
            ingest.OnSenderReport(1, Ssrc, NtpTime.FromUnix(s_cameraTime.AddYears(-30)), FirstTimestamp, shard.NowMicros);
            return Task.FromResult<DateTimeOffset[]>([Told(shard, ingest, 0).Time, Told(shard, ingest, 1).Time]);
        });

        Assert.All(told, time => Assert.InRange(time - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1)));
    }

    private static (ulong Ntp, uint RtpTime, uint FirstTime) Run(Shard shard, SlabPool pool, uint reporter)
    {
        MountIngest ingest = Ingest(shard, pool);
        ingest.OnSenderReport(0, reporter, NtpTime.FromUnix(s_cameraTime), FirstTimestamp, shard.NowMicros);
        (_, ulong ntp, uint rtpTime) = Told(shard, ingest, 0);
        TrackTimeline timeline = ingest.Tracks[0].Timeline;
        return (ntp, rtpTime, timeline.TimestampOf(timeline.MediaMicros - LaterMicros));
    }

    private static MountIngest Ingest(Shard shard, SlabPool pool)
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes(ScriptedCamera.VideoAndAudio), out SdpDocument? document, out _));
        MountIngest ingest = new(shard, new PacketRing(pool, new RingOptions { KeepBytes = 4 << 20 }, 1));
        ingest.Describe(document.Media);
        ingest.Begin(0);
        return ingest;
    }

    /// <summary>What our report says when the track's first packets have come.</summary>
    private static (DateTimeOffset Time, ulong Ntp, uint RtpTime) Told(Shard shard, MountIngest ingest, int track)
    {
        long arrivalMicros = shard.NowMicros + 40_000;
        uint laterTicks = (uint)(LaterMicros * (long)ingest.Tracks[track].ClockRate / 1_000_000);
        foreach (int number in (int[])[0, 1])
        {
            byte[] packet = ScriptedCamera.RtpBytes(96, (ushort)number, FirstTimestamp + ((uint)number * laterTicks), Ssrc, true, new byte[100]);
            Assert.True(RtpPacketView.TryParse(packet, out RtpPacketView view, out _));
            ingest.OnRtp(track, view.Ssrc, view, packet, arrivalMicros + (number * LaterMicros));
        }

        RtcpCompoundReader reader = new(ingest.ReportFor(ingest.Tracks[track])!);
        Assert.True(reader.MoveNext(out RtcpPacketView report));
        return (NtpTime.ToUnix(report.Ntp), report.Ntp, report.RtpTimestamp);
    }
}
