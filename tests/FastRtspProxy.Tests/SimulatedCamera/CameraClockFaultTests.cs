using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.Tests.SimulatedCamera;

/// <summary>Cameras whose clock is wrong, and cameras that are another one after a while.</summary>
public class CameraClockFaultTests
{
    private const int Rate = 90_000;

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task ClockJump_AtItsTime_MovesTimestampsAndReportsTogether(int seconds)
    {
        await using CameraFixture camera = await StartAsync($"clock-jump={seconds}s@500ms");
        (List<uint> stamps, List<Report> reports) =
            await WatchAsync(camera, (stamps, reports) => // the report may come first
                reports.Exists(report => Math.Abs(report.Ahead.TotalSeconds) > Math.Abs(seconds) / 2.0) && Array.Exists(StepsOf(stamps), static step => Math.Abs(step) > Rate));

        int[] steps = StepsOf(stamps);
        Assert.InRange(Assert.Single(steps, step => Math.Abs(step) > Rate), (seconds * Rate) - Rate, (seconds * Rate) + Rate);
        Assert.True(Math.Abs(reports[^1].Ahead.TotalSeconds - seconds) < 1, $"{reports[^1].Ahead} ahead");
        Assert.True(Math.Abs(reports[0].Ahead.TotalSeconds) < 1, $"{reports[0].Ahead} ahead");

        // One line: a report says the same about a timestamp before the jump and behind it.
        Assert.True(Math.Abs((reports[^1].Time - reports[0].Time).TotalSeconds - (unchecked((int)(reports[^1].Timestamp - reports[0].Timestamp)) / (double)Rate)) < 0.01);
    }

    private static int[] StepsOf(List<uint> stamps) => [.. stamps.Skip(1).Zip(stamps, static (next, stamp) => unchecked((int)(next - stamp)))];

    [Fact]
    public async Task Stray_ByOrdinal_IsOneUnitFarOff()
    {
        await using CameraFixture camera = await StartAsync("stray=#5");
        (List<uint> stamps, _) = await WatchAsync(camera, (stamps, _) => stamps.Distinct().Count() > 10);

        uint[] units = [.. stamps.Distinct().Take(10)];
        Assert.Equal([3600u, 7200u, 10_800u, 14_400u, 21_600u, 25_200u, 28_800u, 32_400u], units.Where((_, i) => i != 5).Skip(1).Select(unit => unchecked(unit - units[0])));
        Assert.True(Math.Abs(unchecked((int)(units[5] - units[0]))) > 9 * Rate, $"only {unchecked((int)(units[5] - units[0]))} ticks off");
    }

    [Fact]
    public async Task ReportClock_Behind_TellsAnHourAgo()
    {
        await using CameraFixture camera = await StartAsync("sr-clock=-1h");
        (_, List<Report> reports) = await WatchAsync(camera, (_, reports) => reports.Count > 2);

        Assert.All(reports, report => Assert.InRange(report.Ahead.TotalSeconds, -3610, -3595));
    }

    [Fact]
    public async Task ReportClock_Drifts_RunsFasterThanTheTimestamps()
    {
        await using CameraFixture camera = await StartAsync("sr-drift=50%");
        (_, List<Report> reports) = await WatchAsync(camera, (_, reports) => Span(reports) > TimeSpan.FromSeconds(1));

        double media = (reports[^1].Timestamp - reports[0].Timestamp) / (double)Rate;
        Assert.InRange((reports[^1].Time - reports[0].Time).TotalSeconds / media, 1.49, 1.51);
    }

    [Fact]
    public async Task ReportClock_Random_TellsNothingTrue()
    {
        await using CameraFixture camera = await StartAsync("sr-clock=random");
        (_, List<Report> reports) = await WatchAsync(camera, (_, reports) => reports.Count > 4);

        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True((pair.First.Time - pair.Second.Time).Duration() > TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("sdp-change", "H265 MPEG4-GENERIC")]
    [InlineData("sdp-change=size", "H264 MPEG4-GENERIC")]
    [InlineData("sdp-change=no-audio", "H264")]
    public async Task SdpChange_AtItsTime_EndsTheSessionsAndDescribesAnew(string fault, string codecs)
    {
        await using CameraFixture camera = await StartAsync(fault + "@500ms");
        using CameraClient client = await camera.ConnectAsync();
        SdpDocument before = await DescribeAsync(client, camera.Url);
        Assert.Equal(200, (await client.SetUpTcpAsync(camera.Url, 0)).StatusCode);
        await camera.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        Assert.Null(await client.NextMessageAsync());

        using CameraClient again = await camera.ConnectAsync();
        SdpDocument after = await DescribeAsync(again, camera.Url);
        Assert.Equal(codecs, string.Join(' ', after.Media.Select(media => media.EncodingName)));
        Assert.NotEqual(string.Join(' ', before.Media.Select(media => media.Fmtp)), string.Join(' ', after.Media.Select(media => media.Fmtp)));
        string session = (await again.SetUpTcpAsync(camera.Url, 0)).Session!;
        Assert.Equal(after.Media.Count > 1 ? 200 : 404, (await again.SetUpTcpAsync(camera.Url, 1, session)).StatusCode);
        Assert.Equal(200, (await again.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session))).StatusCode);
        await camera.PassUntilAsync(() => again.Frames.Count >= 20, again);
    }

    /// <summary>Its clock stands still unless the test moves it.</summary>
    private static Task<CameraFixture> StartAsync(string faults)
    {
        Assert.True(FaultSchedule.TryParse(faults, out FaultSchedule schedule, out _));
        return CameraFixture.StartAsync(options => options with { Faults = schedule, SenderReportInterval = TimeSpan.FromMilliseconds(100) }, time: new FakeTimeProvider());
    }

    private static async Task<SdpDocument> DescribeAsync(CameraClient client, string url)
    {
        RtspMessage answer = await client.AskAsync(RtspMethod.Describe, url);
        Assert.True(SdpDocument.TryParse(answer.Body, out SdpDocument? sdp, out _));
        return sdp;
    }

    private static TimeSpan Span(List<Report> reports) => reports.Count == 0 ? TimeSpan.Zero : reports[^1].At - reports[0].At;

    /// <summary>Plays the video until that is enough: its timestamps and its reports.</summary>
    private static async Task<(List<uint> Stamps, List<Report> Reports)> WatchAsync(CameraFixture camera, Func<List<uint>, List<Report>, bool> enough)
    {
        using CameraClient client = await camera.ConnectAsync();
        string session = (await client.SetUpTcpAsync(camera.Url, 0)).Session!;
        await client.AskAsync(RtspMethod.Play, camera.Url, new RtspHeader("Session", session));
        List<uint> stamps = [];
        List<Report> reports = [];
        for (int i = 0; !enough(stamps, reports); i++)
        {
            await camera.PassUntilAsync(() => client.Frames.Count > i, client);
            (byte channel, byte[] payload) = client.Frames[i];
            if (channel == 0)
            {
                Assert.True(RtpPacketView.TryParse(payload, out RtpPacketView packet, out _));
                stamps.Add(packet.Timestamp);
            }
            else
            {
                RtcpCompoundReader reader = new(payload);
                Assert.True(reader.MoveNext(out RtcpPacketView report));
                reports.Add(new Report(NtpTime.ToUnix(report.Ntp), report.RtpTimestamp, camera.Time!.GetUtcNow()));
            }
        }

        return (stamps, reports);
    }

    private sealed record Report(DateTimeOffset Time, uint Timestamp, DateTimeOffset At)
    {
        public TimeSpan Ahead => Time - At;
    }
}
