using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What a camera does to itself is a gap at most: no broken decoder, numbers without a jump, timestamps that follow the clock, and sender reports that tell the truth.</summary>
public sealed class ContinuityTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>What the promptest packet of a second may be off the clock; the first packet after a reboot, which sets the time, may have waited for the processor.</summary>
    private const double ToleranceSeconds = 1.5;

    private const double PlayedSeconds = 11;

    /// <summary>The camera's faults come so long after its start, or later.</summary>
    private static readonly TimeSpan s_faults = TimeSpan.FromSeconds(5);

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
        (ProxyProcess proxy, RawPlayer player) = await PlayBeforeTheFaultAsync(fault, tcp: ffmpegOver != "tcp");
        await using RawPlayer raw = player;
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, ffmpegOver, null, "-timeout", "30000000");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=live", rtspsrcOver, PlayedSeconds);

        (int frames, int videoMilliseconds, _) = await rtspsrc.FinishAsync(Soon);

        ffmpeg.AssertNoComplaints(TimeSpan.Zero);
        ffmpeg.AssertKeepsTime(TimeSpan.FromSeconds(ToleranceSeconds));
        Assert.All(ffmpeg.Decoded(), track => Assert.True(track.TimestampsRise, "time stamps went back"));

        Assert.Equal(2, raw.Tracks.Count);
        double gap = raw.Tracks.Max(track => AssertContinuous(track, gapSeconds));
        Assert.All(raw.Tracks, track => AssertTruthful(track, reportsAheadSeconds));

        // Its seconds begin with the first sound, its pictures with a key frame, two seconds later at most; GStreamer gives the first one shown the time of one before it at times.
        int gapFrames = (gapSeconds > 0 ? (int)(gap * 25) : 0) + 25;
        Assert.InRange(videoMilliseconds, 1000 * (PlayedSeconds - 2.5), 1000 * (PlayedSeconds + 0.5));
        Assert.InRange(frames, (videoMilliseconds / 40) - gapFrames, (videoMilliseconds / 40) + 5);
    }

    /// <summary>A machine that is too busy to have a player there in time is given another camera.</summary>
    private async Task<(ProxyProcess Proxy, RawPlayer Player)> PlayBeforeTheFaultAsync(string fault, bool tcp)
    {
        for (int tries = 1; ; tries++)
        {
            SimulatedCamera camera = await StartSimulatorAsync("--fail", fault);
            ProxyProcess proxy = await StartProxyAsync("--start", "keyframe", "-t", camera.Urls[0]);
            RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp);
            await player.PlayAsync();
            await WaitUntilAsync("media", () => player.Tracks.All(static track => track.Packets > 0));
            if (camera.Process.Elapsed < s_faults)
            {
                return (proxy, player);
            }

            await player.DisposeAsync();
            await proxy.DisposeAsync();
            await camera.DisposeAsync();
            Assert.True(tries < 5, "no player was there before the faults");
        }
    }

    /// <summary>One source, each number once, and timestamps that go on as the clock does, over the gap too, which is as wide as on the clock. Gives its width in seconds.</summary>
    private static double AssertContinuous(TrackCounter track, double gapSeconds)
    {
        Assert.True(track.Disorders == 0, track.FirstDisorder);
        Assert.False(track.SawBye);
        IReadOnlyList<(DateTime At, uint Timestamp)> units = track.Units;
        double widest = 0;
        double widestOnTheClock = 0;
        for (int i = 1; i < units.Count; i++)
        {
            int step = unchecked((int)(units[i].Timestamp - units[i - 1].Timestamp));
            Assert.True(step > 0, $"unit {i}: {step} ticks");
            widest = Math.Max(widest, step / (double)track.ClockRate);
            widestOnTheClock = Math.Max(widestOnTheClock, (units[i].At - units[i - 1].At).TotalSeconds);
        }

        Lateness.AssertSteady($"track {track.ClockRate}", TimesOf(track), ToleranceSeconds);
        Assert.InRange(widest, gapSeconds, Math.Max(gapSeconds, widestOnTheClock) + 0.6);
        return widest;
    }

    private static IEnumerable<(double AtSeconds, double MediaSeconds)> TimesOf(TrackCounter track)
    {
        (DateTime firstAt, uint first) = track.Units[0];
        return track.Units.Select(unit => ((unit.At - firstAt).TotalSeconds, unchecked((int)(unit.Timestamp - first)) / (double)track.ClockRate));
    }

    /// <summary>What reports tell is the time of the moment in which they come, and one line with the timestamps.</summary>
    private static void AssertTruthful(TrackCounter track, double aheadSeconds)
    {
        IReadOnlyList<(DateTime At, double NtpSeconds, uint Timestamp)> reports = track.Reports;
        Assert.True(reports.Count > 2, $"only {reports.Count} reports");
        (DateTime at, uint timestamp) = track.Units[0];
        double due = Lateness.Least(TimesOf(track)).Min();

        // A report that came late tells a time that has gone by; the promptest one counts, and all others are on one line with it.
        double ahead = reports.Max(report => report.NtpSeconds - UnixEpochNtpSeconds - (report.At - DateTime.UnixEpoch).TotalSeconds);
        Assert.True(Math.Abs(ahead - aheadSeconds) < ToleranceSeconds, $"reports tell a time {ahead:f2} s ahead");
        double late = reports.Min(report => (report.At - at).TotalSeconds - (unchecked((int)(report.Timestamp - timestamp)) / (double)track.ClockRate));
        Assert.True(Math.Abs(late - due) < ToleranceSeconds, $"reports' timestamps are {late - due:f2} s behind the units'");
        foreach ((_, double ntp, uint reportTimestamp) in reports)
        {
            double line = ntp - reports[0].NtpSeconds - (unchecked((int)(reportTimestamp - reports[0].Timestamp)) / (double)track.ClockRate);
            Assert.True(Math.Abs(line) < 0.25, $"a report is {line:f3} s off the line of the first one");
        }
    }
}
