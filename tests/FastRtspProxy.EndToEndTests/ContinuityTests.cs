using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What a camera does to itself is a gap at most: no broken decoder, numbers without a jump, timestamps that follow the clock, and sender reports that tell the truth.</summary>
public sealed class ContinuityTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>On a busy machine packets and lines of output come late, not early.</summary>
    private const double ToleranceSeconds = 1.5;

    private const double PlayedSeconds = 9;

    /// <summary>From 1900, which NTP counts from, to 1970.</summary>
    private const double UnixEpochNtpSeconds = 2_208_988_800;

    [Theory]
    [InlineData("reboot=500ms@6s/30s", "tcp", "udp", 1.0, 0)]
    [InlineData("reboot=500ms@6s/30s,no-rtcp", "udp", "tcp", 1.0, 0)]
    [InlineData("stall=1500ms@6s/30s", "udp", "tcp", 1.4, 0)]
    [InlineData("clock-jump=10s@5s,clock-jump=-10s@7s", "tcp", "udp", 0, 0)]
    [InlineData("clock-jump=-2s@5s,sr-clock=-1h", "udp", "tcp", 0, -3600)]
    [InlineData("stray=3%,sr-clock=random", "tcp", "udp", 0, 0)]
    [InlineData("no-rtcp,stray=3%", "udp", "tcp", 0, 0)]
    public async Task Camera_HasAFault_PlayersPlayOn(string fault, string ffmpegOver, string rtspsrcOver, double gapSeconds, double reportsAheadSeconds)
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", fault);
        ProxyProcess proxy = await StartProxyAsync("--start", "keyframe", "-t", camera.Urls[0]);
        await using RawPlayer raw = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: ffmpegOver != "tcp");
        await raw.PlayAsync();
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, ffmpegOver, null, "-timeout", "30000000");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=live", rtspsrcOver, PlayedSeconds);

        (int frames, int videoMilliseconds, _) = await rtspsrc.FinishAsync(TimeSpan.FromSeconds(40));

        // Its seconds begin with the first sound, its pictures with a key frame, two seconds later at most.
        int gapFrames = gapSeconds > 0 ? (int)((gapSeconds + ToleranceSeconds) * 25) : 4;
        Assert.InRange(videoMilliseconds, 1000 * (PlayedSeconds - 2 - ToleranceSeconds), 1000 * (PlayedSeconds + 3));
        Assert.InRange(frames, (videoMilliseconds / 40) - gapFrames, (videoMilliseconds / 40) + 5);

        ffmpeg.AssertNoComplaints(TimeSpan.Zero);
        ffmpeg.AssertKeepsTime(TimeSpan.FromSeconds(ToleranceSeconds));
        Assert.All(ffmpeg.Decoded(), track => Assert.True(track.TimestampsRise, "time stamps went back"));

        Assert.Equal(2, raw.Tracks.Count);
        Assert.All(raw.Tracks, track => AssertContinuous(track, gapSeconds));
        Assert.All(raw.Tracks, track => AssertTruthful(track, reportsAheadSeconds));
    }

    /// <summary>One source, each number once, and timestamps that go on as the clock does, over the gap too.</summary>
    private static void AssertContinuous(TrackCounter track, double gapSeconds)
    {
        Assert.True(track.Disorders == 0, track.FirstDisorder);
        Assert.False(track.SawBye);
        IReadOnlyList<(DateTime At, uint Timestamp)> units = track.Units;
        double widest = 0;
        for (int i = 1; i < units.Count; i++)
        {
            int step = unchecked((int)(units[i].Timestamp - units[i - 1].Timestamp));
            Assert.True(step > 0, $"unit {i}: {step} ticks");
            widest = Math.Max(widest, step / (double)track.ClockRate);
            double media = unchecked((int)(units[i].Timestamp - units[0].Timestamp)) / (double)track.ClockRate;
            double wall = (units[i].At - units[0].At).TotalSeconds;
            Assert.True(Math.Abs(wall - media) < ToleranceSeconds, $"unit {i}: {media:f2} s in timestamps, {wall:f2} s on the clock");
        }

        Assert.InRange(widest, gapSeconds, gapSeconds + ToleranceSeconds + 0.1);
    }

    /// <summary>What reports tell is the time of the moment in which they come, and one line with the timestamps.</summary>
    private static void AssertTruthful(TrackCounter track, double aheadSeconds)
    {
        IReadOnlyList<(DateTime At, double NtpSeconds, uint Timestamp)> reports = track.Reports;
        Assert.True(reports.Count > 2, $"only {reports.Count} reports");
        (DateTime at, uint timestamp) = track.Units[0];
        foreach ((DateTime reportAt, double ntp, uint reportTimestamp) in reports)
        {
            double ahead = ntp - UnixEpochNtpSeconds - (reportAt - DateTime.UnixEpoch).TotalSeconds;
            Assert.True(Math.Abs(ahead - aheadSeconds) < ToleranceSeconds, $"a report tells a time {ahead:f2} s ahead");
            double media = unchecked((int)(reportTimestamp - timestamp)) / (double)track.ClockRate;
            Assert.True(Math.Abs(media - (reportAt - at).TotalSeconds) < ToleranceSeconds, $"a report's timestamp is {media:f2} s behind the first unit");
            double line = ntp - reports[0].NtpSeconds - (unchecked((int)(reportTimestamp - reports[0].Timestamp)) / (double)track.ClockRate);
            Assert.True(Math.Abs(line) < 0.25, $"a report is {line:f3} s off the line of the first one");
        }
    }
}
