using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>When a viewer over UDP counts as gone. Times in seconds; track 0 and 1 play.</summary>
public sealed class RtpPortWatchTests
{
    private readonly RtpPortWatch _watch = new();
    private readonly long[] _sent = [100, 50];

    private bool Report(double now, double heard = 0, uint tracks = 1, uint playing = 1) =>
        _watch.OnClosed(tracks, playing, _sent, (long)(heard * 1_000_000), (long)(now * 1_000_000));

    [Fact]
    public void OnClosed_ReportsAllAlong_GoneAtFifteenSecondsOfSilence()
    {
        for (double now = 1; now < 15; now += 0.1)
        {
            Assert.False(Report(now));
        }

        Assert.True(Report(15));
    }

    [Fact]
    public void OnClosed_OneReportASecondAsHostsLimitThem_GoneAtFifteenSeconds()
    {
        for (int now = 1; now < 15; now++)
        {
            Assert.False(Report(now));
        }

        Assert.True(Report(15));
    }

    [Fact]
    public void OnClosed_HeardNowAndThen_NeverGone()
    {
        for (double now = 1; now < 200; now += 0.5)
        {
            Assert.False(Report(now, heard: Math.Floor(now / 14) * 14));
        }
    }

    [Fact]
    public void OnClosed_FirstReportsAfterLongSilence_NotAtOnce()
    {
        Assert.False(Report(40));
        Assert.False(Report(40.1));
        Assert.False(Report(40.2));
        Assert.False(Report(42.9));
        Assert.True(Report(43));
    }

    [Fact]
    public void OnClosed_RarelyReported_NotGone()
    {
        // The port was open in between, or so little is sent that it proves nothing: the session's time-out is there for that.
        Assert.False(Report(20));
        Assert.False(Report(26));
        Assert.False(Report(32));
        Assert.False(Report(38));
    }

    [Fact]
    public void OnClosed_AnotherTrackIsSentAndNotReported_NotGone()
    {
        for (double now = 1; now < 60; now += 0.5)
        {
            _sent[1]++;
            Assert.False(Report(now, playing: 3));
        }
    }

    [Fact]
    public void OnClosed_BothTracksReportedByTurns_Gone()
    {
        bool gone = false;
        for (double now = 1; now <= 15; now += 0.5)
        {
            _sent[0]++;
            _sent[1]++;
            gone = Report(now, tracks: (now % 1) == 0 ? 1u : 2u, playing: 3);
        }

        Assert.True(gone);
    }

    [Fact]
    public void OnClosed_OtherTrackHasNothingToSend_Gone()
    {
        for (int now = 1; now < 15; now++)
        {
            Assert.False(Report(now, playing: 3));
        }

        Assert.True(Report(15, playing: 3));
    }

    [Fact]
    public void OnClosed_HeardAfterTheFirstReports_TheyCountNoMore()
    {
        for (int now = 1; now < 10; now++)
        {
            Assert.False(Report(now));
        }

        Assert.False(Report(25.5, heard: 10));
        Assert.False(Report(26, heard: 10));
        Assert.False(Report(27, heard: 10));
        Assert.True(Report(28.5, heard: 10));
    }
}
