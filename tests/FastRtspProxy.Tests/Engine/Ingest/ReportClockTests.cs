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

    /// <summary>A server that kept its media until somebody came sends four seconds of them at once: pictures, and pieces of sound.</summary>
    [Theory]
    [InlineData(40_000, 1_000)]
    [InlineData(16_667, 667)]
    [InlineData(20_000, 2_000)]
    public void TryTell_MediaThatWereKeptComeAtOnce_TellsNothingBeforeTheyAreThrough(long each, long apart)
    {
        ReportClock clock = new(_wall);
        long media = 0;
        long own = Now;
        for (; media < 4 * Second; media += each, own += apart)
        {
            clock.OnPacket(media, own);
            Assert.False(clock.TryTell(media, out _));
            Assert.False(clock.IsDue);
        }

        for (long until = media + 200_000; media < until; media += each, own += each)
        {
            clock.OnPacket(media, own);
        }

        Assert.True(clock.IsDue);
        Assert.True(clock.TryTell(media, out long told));
        Assert.InRange(told, own - 25_000, own);
        Assert.True(clock.IsDue); // for those who are there: a report for a joiner alone is none for them
        clock.NoteOut();
        Assert.False(clock.IsDue);
    }

    /// <summary>Reports are about the moment that they are written in, which is ahead of the media by all that was kept, or by the encoder's latency.</summary>
    [Theory]
    [InlineData(4 * Second)]
    [InlineData(150_000)]
    public void OnCameraReport_AheadOfMediaThatHaveNotSettled_IsToldAsItIs(long ahead)
    {
        const long Camera = Now - (180 * Second);
        ReportClock clock = new(_wall);
        clock.OnPacket(0, Now);
        clock.OnCameraReport(Camera, ahead, Now, 0);
        Assert.True(clock.TryTell(ahead, out long told));
        Assert.Equal(Camera, told);
    }

    [Fact]
    public void TryTell_AllMediaComeFasterThanTheyWereMade_TellsAfterHalfASecond()
    {
        ReportClock clock = new(_wall);
        for (int i = 0; i < 50; i++)
        {
            clock.OnPacket(i * 100_000, Now + (i * 10_000));
            Assert.False(clock.IsDue);
        }

        clock.OnPacket(5 * Second, Now + (Second / 2));
        Assert.True(clock.IsDue);
    }

    [Fact]
    public void TryTell_OrdinaryArrivals_TellsATenthOfASecondLater()
    {
        ReportClock clock = new(_wall);
        int pictures = 0;
        for (; !clock.IsDue; pictures++)
        {
            clock.OnPacket(pictures * 40_000, Now + (pictures * 40_000) + (pictures % 2 * 15_000));
        }

        Assert.Equal(4, pictures);
        _wall.BeginSession();
        clock.BeginSession();
        Assert.False(clock.IsDue);

        // A camera with a picture a minute.
        clock.OnPacket(60 * Second, Now + (60 * Second));
        Assert.False(clock.TryTell((60 * Second) + 99_000, out _));
        Assert.True(clock.TryTell((60 * Second) + 100_000, out _));
    }

    /// <summary>The camera's report says that what was told by the arrivals was wrong by as much as those have become faster since.</summary>
    [Fact]
    public void OnCameraReport_ArrivalsHaveBecomeFaster_TellsTheCamerasTime()
    {
        ReportClock clock = new(_wall);
        clock.OnPacket(0, Now);
        clock.OnPacket(Second, Now + Second);
        Assert.True(clock.TryTell(Second, out _));
        clock.OnPacket(5 * Second, Now + (2 * Second));
        clock.OnCameraReport(Now + (2 * Second), 5 * Second, Now + (2 * Second), 5 * Second);
        Assert.True(clock.TryTell(5 * Second, out long told));
        Assert.Equal(Now + (2 * Second), told);
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
        Assert.True(clock.TryTell(2 * Second, out long told));
        Assert.Equal(Now + Second, told);
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
                Assert.True(track.TryTell(((i * 4) + 1) * Second, out long told));
                Assert.InRange(told - Now - (((i * 4) + 1) * Second), -1000, 1000);
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
        Assert.True(video.TryTell(Second, out _) && audio.TryTell(Second, out _));
        video.OnCameraReport(Now - (3600 * Second), 5 * Second, Now + (5 * Second), 5 * Second);
        audio.OnCameraReport(Now - (3600 * Second), 5 * Second, Now + (5 * Second), 5 * Second);
        Assert.True(video.TryTell(5 * Second, out long videoTold));
        Assert.True(audio.TryTell(5 * Second, out long audioTold));
        Assert.Equal(Now + (5 * Second), videoTold);
        Assert.Equal(videoTold, audioTold);
    }

    /// <summary>NTP sets the camera's clock: sound and pictures go together, however far apart their reports are.</summary>
    [Theory]
    [InlineData(68_000, 60_000)]
    [InlineData(-500_000, -500_000)]
    public void OnCameraReport_ClockIsSetByLessThanASecond_TracksGoTogether(long by, long audioBy)
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        video.OnCameraReport(Now, 0, Now, 0);
        audio.OnCameraReport(Now, 0, Now, 0);
        video.OnCameraReport(Now + Second + by, Second, Now + Second, Second);
        Assert.Equal((Now + Second + by, Now + Second + by), Both(video, audio, Second));
        audio.OnCameraReport(Now + (4 * Second) + audioBy, 4 * Second, Now + (4 * Second), 4 * Second);
        Assert.Equal((Now + (4 * Second) + by, Now + (4 * Second) + audioBy), Both(video, audio, 4 * Second));
        video.OnCameraReport(Now + (6 * Second) + by, 6 * Second, Now + (6 * Second), 6 * Second);
        Assert.Equal((Now + (6 * Second) + by, Now + (6 * Second) + audioBy), Both(video, audio, 6 * Second));
    }

    /// <summary>Times that cameras take from a picture are inexact by its duration and more: the sound, which is exact, does not go along with that.</summary>
    [Fact]
    public void OnCameraReport_OneTracksReportsAreInexact_TheOtherStaysBehindItsNextReport()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        for (long i = 0; i < 20; i++)
        {
            long media = i * 4 * Second;
            audio.OnCameraReport(Now + media, media, Now + media, media);
            video.OnCameraReport(Now + media + (i % 2 == 0 ? 40_000 : -40_000), media, Now + media, media);
            if (i != 1)
            {
                Assert.True(audio.TryTell(media, out long told));
                Assert.Equal(Now + media, told);
            }
        }
    }

    [Fact]
    public void OnCameraReport_ClockIsSetAgainBeforeTheOtherReports_BothStepsCount()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        video.OnCameraReport(Now, 0, Now, 0);
        audio.OnCameraReport(Now, 0, Now, 0);
        video.OnCameraReport(Now + Second + 68_000, Second, Now + Second, Second);
        audio.OnCameraReport(Now + (2 * Second) + 500_000, 2 * Second, Now + (2 * Second), 2 * Second);
        Assert.Equal((Now + (2 * Second) + 500_000, Now + (2 * Second) + 500_000), Both(video, audio, 2 * Second));
        video.OnCameraReport(Now + (4 * Second) + 500_000, 4 * Second, Now + (4 * Second), 4 * Second);
        Assert.Equal((Now + (4 * Second) + 500_000, Now + (4 * Second) + 500_000), Both(video, audio, 4 * Second));
    }

    /// <summary>A track that has reported once keeps to that: what the other's clock does in an hour is not its own.</summary>
    [Fact]
    public void OnCameraReport_OneTrackReportsNoMore_GoesAlongNoLonger()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        video.OnCameraReport(Now, 0, Now, 0);
        audio.OnCameraReport(Now, 0, Now, 0);
        video.OnCameraReport(Now + (20 * Second) + 60_000, 20 * Second, Now + (20 * Second), 20 * Second);
        Assert.Equal((Now + (20 * Second) + 60_000, Now + (20 * Second)), Both(video, audio, 20 * Second));

        // It is heard again, and shows the step that the other one has shown.
        audio.OnCameraReport(Now + (21 * Second) + 60_000, 21 * Second, Now + (21 * Second), 21 * Second);
        Assert.Equal((Now + (21 * Second) + 60_000, Now + (21 * Second) + 60_000), Both(video, audio, 21 * Second));
    }

    [Fact]
    public void OnCameraReport_OneTrackAloneIsStepped_TheOthersNextReportTakesItBack()
    {
        ReportClock video = new(_wall);
        ReportClock audio = new(_wall);
        for (long i = 0; i < 10; i++)
        {
            long media = i * 4 * Second;
            long step = i > 2 ? 300_000 : 0;
            audio.OnCameraReport(Now + media + step, media, Now + media, media);
            if (i > 0)
            {
                Assert.Equal((Now + media + (i == 3 ? step : 0), Now + media + step), Both(video, audio, media));
            }

            video.OnCameraReport(Now + media, media, Now + media, media);
            Assert.Equal((Now + media, Now + media + step), Both(video, audio, media));
        }
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

    private static (long Video, long Audio) Both(ReportClock video, ReportClock audio, long mediaMicros)
    {
        Assert.True(video.TryTell(mediaMicros, out long videoTold));
        Assert.True(audio.TryTell(mediaMicros, out long audioTold));
        return (videoTold, audioTold);
    }
}
