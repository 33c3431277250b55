using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class ReportClockTests
{
    private const long Second = 1_000_000;
    private const long Now = 1_800_000_000 * Second;

    private readonly WallMapping _wall = new();

    [Fact]
    public void TryTell_NoReportOfTheCamera_TellsTheFastestArrival()
    {
        ReportClock clock = new(_wall);
        Assert.False(clock.TryTell(0, out _));
        clock.OnPacket(1 * Second, Now + (1 * Second) + 30_000);
        clock.OnPacket(2 * Second, Now + (2 * Second) + 5_000);
        clock.OnPacket(3 * Second, Now + (3 * Second) + 20_000);
        Assert.True(clock.TryTell(4 * Second, out long told));
        Assert.Equal(Now + (4 * Second) + 5_000, told);
    }

    [Fact]
    [Rule("R6")]
    public void OnCameraReport_SaneClock_IsToldAsItIs()
    {
        ReportClock clock = new(_wall);
        clock.OnPacket(Second, Now);
        clock.OnCameraReport(Now - 70_000, Second, Now, Second);
        Assert.True(clock.TryTell(3 * Second, out long told));
        Assert.Equal(Now - 70_000 + (2 * Second), told);
    }

    [Fact]
    [Rule("R6")]
    public void OnCameraReport_ClockOf1970_TellsOurTime()
    {
        ReportClock clock = new(_wall);
        clock.OnCameraReport(500 * Second, Second, Now, Second);
        Assert.True(clock.TryTell(Second, out long told));
        Assert.Equal(Now, told);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Now, 30 * Second)]
    public void OnCameraReport_ZeroOrAboutAnotherTime_IsRefused(long camera, long mediaOff)
    {
        ReportClock clock = new(_wall);
        clock.OnPacket(Second, Now);
        clock.OnCameraReport(camera, Second + mediaOff, Now, Second);
        Assert.Equal(1, clock.Refused);
        Assert.True(clock.TryTell(Second, out long told));
        Assert.Equal(Now, told);
    }

    [Fact]
    public void OnCameraReport_OneContradiction_IsRefusedAndTwoAreAClockThatWasSet()
    {
        ReportClock clock = new(_wall);
        clock.OnCameraReport(Now, 0, Now, 0);
        clock.OnCameraReport(Now + (3605 * Second), 5 * Second, Now + (5 * Second), 5 * Second);
        Assert.True(clock.TryTell(5 * Second, out long told));
        Assert.Equal(Now + (5 * Second), told);
        clock.OnCameraReport(Now + (3610 * Second), 10 * Second, Now + (10 * Second), 10 * Second);
        Assert.True(clock.TryTell(10 * Second, out told));
        Assert.Equal(Now + (10 * Second), told); // The clock was set, and what is told stays continuous.
    }

    [Fact]
    public void OnCameraReport_RandomTimes_TellOurTimeOnEveryTrack()
    {
        Random random = new(1);
        ReportClock[] tracks = [new(_wall), new(_wall)];
        for (int i = 0; i < 50; i++)
        {
            foreach (ReportClock track in tracks)
            {
                track.OnPacket(i * 4 * Second, Now + (i * 4 * Second));
                track.OnCameraReport(random.NextInt64(Now), i * 4 * Second, Now + (i * 4 * Second), i * 4 * Second);
                Assert.True(track.TryTell(i * 4 * Second, out long told));
                Assert.InRange(told - Now - (i * 4 * Second), -1000, 1000);
            }
        }
    }

    [Fact]
    public void OnCameraReport_ClockThatRunsHalfAsFastAgain_IsNotFollowed()
    {
        ReportClock clock = new(_wall);
        for (int i = 0; i < 20; i++)
        {
            long media = i * 4 * Second;
            clock.OnCameraReport(Now + (media * 3 / 2), media, Now + media, media);
            Assert.True(clock.TryTell(media, out long told));
            Assert.Equal(Now + media, told);
        }
    }

    [Fact]
    public void OnCameraReport_FirstOneLateAndAnHourOff_StaysWithWhatWasTold()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        video.OnPacket(0, Now);
        audio.OnPacket(0, Now + 30_000);
        Assert.True(video.TryTell(0, out _) && audio.TryTell(0, out _));
        video.OnCameraReport(Now - (3600 * Second), 5 * Second, Now + (5 * Second), 5 * Second);
        audio.OnCameraReport(Now - (3600 * Second), 5 * Second, Now + (5 * Second), 5 * Second);
        Assert.True(video.TryTell(5 * Second, out long videoTold));
        Assert.True(audio.TryTell(5 * Second, out long audioTold));
        Assert.Equal(Now + (5 * Second), videoTold);
        Assert.Equal(videoTold, audioTold);
    }

    [Fact]
    public void OnCameraReport_OneTrackOnlyIsWrong_LeavesTheOtherAlone()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        for (int i = 0; i < 10; i++)
        {
            long media = i * 4 * Second;
            video.OnPacket(media, Now + media);
            audio.OnPacket(media, Now + media);
            video.OnCameraReport(Now + media + (i > 2 ? 7200 * Second : 0), media, Now + media, media);
            audio.OnCameraReport(Now + media, media, Now + media, media);
            Assert.True(video.TryTell(media, out long videoTold));
            Assert.True(audio.TryTell(media, out long audioTold));
            Assert.Equal((Now + media, Now + media), (videoTold, audioTold));
        }
    }

    [Fact]
    public void BeginSession_RebootWithAnotherClock_StaysContinuousAndTracksStayTogether()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        video.OnCameraReport(Now, 10 * Second, Now, 10 * Second);
        audio.OnCameraReport(Now, 10 * Second, Now, 10 * Second);

        // The camera comes back an hour ahead; audio was taken up 15 ms late on the mount's time.
        _wall.BeginSession();
        video.BeginSession();
        audio.BeginSession();
        long later = Now + (20 * Second);
        video.OnCameraReport(later + (3600 * Second), 30 * Second, later, 30 * Second);
        audio.OnCameraReport(later + (3600 * Second), (30 * Second) + 15_000, later, (30 * Second) + 15_000);
        Assert.True(video.TryTell(30 * Second, out long videoTold));
        Assert.True(audio.TryTell((30 * Second) + 15_000, out long audioTold));
        Assert.Equal(later, videoTold);
        Assert.Equal(videoTold, audioTold);
    }
}
