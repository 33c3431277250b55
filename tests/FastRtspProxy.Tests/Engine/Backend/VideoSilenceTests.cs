using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Times in seconds, of a clock that has run for a while.</summary>
public sealed class VideoSilenceTests
{
    private const double Start = 5_000;

    private readonly VideoSilence _silence = new();

    [Theory]
    [InlineData(10)]
    [InlineData(4)]
    [InlineData(30)]
    public void IsLost_PicturesStop_AfterTheDeadStreamTime(double deadStream)
    {
        Play(0);
        Pictures(0, 3, 0.04);

        Assert.Equal(3 + deadStream, LostAt(3, deadStream), 0.05);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(4, 10)]
    [InlineData(30, 30)]
    public void IsLost_NoPictureEverCame_AfterTenSecondsAtTheEarliest(double deadStream, double lost)
    {
        Play(0);

        Assert.Equal(lost, LostAt(0, deadStream), 0.05);
    }

    [Fact]
    public void IsLost_WithoutADeadStreamTime_Never()
    {
        Play(0);
        Assert.False(_silence.IsLost(TimeSpan.Zero, Micros(100_000), out long rest));
        Assert.Equal(long.MaxValue, rest);
    }

    [Theory]
    [InlineData(5, 20)]
    [InlineData(12, 48)]
    [InlineData(60, 240)]
    [InlineData(200, 300)]
    public void IsLost_AGapWasSeen_AfterFourTimesThat(double gap, double limit)
    {
        Play(0);
        Pictures(0, 3, 0.04);
        Pictures(3 + gap, 3 + gap, 1);

        Assert.Equal(3 + gap + limit, LostAt(3 + gap, 10), 0.05);
    }

    [Fact]
    public void IsLost_TheGapIsHoursOld_ItNoLongerCounts()
    {
        Play(0);
        Pictures(0, 3, 0.04);
        Pictures(63, 63, 1);
        Pictures(63, 63 + 7_300, 1);

        Assert.Equal(63 + 7_300 + 10, LostAt(63 + 7_300, 10), 0.05);
    }

    [Fact]
    public void IsLost_NewSessionsBringNoPictureEither_TheyLastTwentyFortyUpToThreeHundredSeconds()
    {
        Play(0);
        Pictures(0, 3, 0.04);
        double at = LostAt(3, 10);
        List<double> lasted = [];
        for (int i = 0; i < 7; i++)
        {
            Lose(at);
            Play(at);
            double lost = LostAt(at, 10);
            lasted.Add(Math.Round(lost - at));
            at = lost;
        }

        Assert.Equal([20, 40, 80, 160, 300, 300, 300], lasted);
        Assert.Equal(7, _silence.Losses);
        Assert.False(_silence.IsBack);
    }

    [Fact]
    public void IsLost_ADeadStreamTimeOverTheLadder_IsKept()
    {
        Play(0);
        Lose(0);
        Play(0);

        Assert.Equal(60, LostAt(0, 60), 0.05);
    }

    [Fact]
    public void OnPicture_TheNewSessionBringsTheStreamBack_TheLadderBeginsAnew()
    {
        Play(0);
        Pictures(0, 3, 0.04);
        Lose(13);
        Play(14);
        Pictures(14.1, 17, 0.04);

        Assert.Equal(0, _silence.Losses);
        Assert.True(_silence.IsBack);
        Assert.Equal(27, LostAt(17, 10), 0.1);
    }

    [Fact]
    public void OnPicture_AKeyFrameAtPlayAndNothingBehindIt_IsNoStream()
    {
        Play(0);
        Pictures(0.1, 0.1, 1);
        Lose(13);
        Play(11);
        Pictures(11.1, 11.1, 1);

        Assert.Equal(1, _silence.Losses);
        Assert.Equal(11 + 20, LostAt(12, 10), 0.1);
    }

    [Fact]
    public void OnPicture_AnEncoderThatHangsAgainAndAgain_IsNoticedAsSoonEachTime()
    {
        double at = 0;
        for (int i = 0; i < 5; i++)
        {
            Play(at);
            Pictures(at + 1, at + 4, 0.04);
            double lost = LostAt(at + 4, 10);
            Assert.Equal(at + 14, lost, 0.1);
            Lose(lost);
            at = lost + 0.1;
        }
    }

    [Fact]
    public void IsLost_OnePictureAMinuteAndNoneAtPlay_TheSessionsSettle()
    {
        // A picture at each full minute, whatever the sessions do; sessions are made anew as soon as they are lost.
        double at = 7;
        int sessions = 0;
        Play(at);
        for (double minute = 60; minute <= 3_600; minute += 60)
        {
            while (LostAt(at, 10) < minute)
            {
                at = LostAt(at, 10);
                Lose(at);
                sessions++;
                Play(at);
            }

            at = minute;
            Pictures(minute, minute, 1);
        }

        Assert.InRange(sessions, 1, 6);
    }

    [Fact]
    public void OnOtherEnd_TheCameraWasAwayForHours_IsNoGap()
    {
        Play(0);
        Pictures(0, 3, 0.04);
        Lose(13);
        _silence.OnOtherEnd();
        Play(9_000);
        Pictures(9_011, 9_014, 0.04);

        Assert.Equal(9_024, LostAt(9_014, 10), 0.1);
    }

    [Fact]
    public void OnPlay_AnHourAfterTheLastLoss_PicturesAreCountedOnAgain()
    {
        Play(0);
        Lose(13);
        Assert.True(_silence.StaysAway(Micros(3_612)));
        Assert.False(_silence.StaysAway(Micros(3_613)));

        Play(3_613);

        Assert.Equal(0, _silence.Losses);
        Assert.False(_silence.IsBack);
        Assert.Equal(3_623, LostAt(3_613, 10), 0.05);
    }

    [Fact]
    public void Forget_OtherTracks_NothingIsKept()
    {
        Play(0);
        Pictures(0, 0, 1);
        Pictures(60, 60, 1);
        Lose(13);
        _silence.Forget();
        Play(100);

        Assert.Equal(0, _silence.Losses);
        Assert.Equal(110, LostAt(100, 10), 0.05);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(25)]
    public void IsLost_PlayWasAnsweredLate_TenSecondsBeginWithTheAnswer(double answered)
    {
        Play(0);
        _silence.OnAnswered(Micros(answered));

        Assert.False(_silence.IsLost(TimeSpan.FromSeconds(10), Micros(answered), out long rest));
        Assert.Equal(10_000_000, rest);
        Assert.True(_silence.IsLost(TimeSpan.FromSeconds(10), Micros(answered + 10), out _));
    }

    [Fact]
    public void OnAnswered_PicturesCameBefore_TheyCount()
    {
        Play(0);
        Pictures(1, 2, 0.04);
        _silence.OnAnswered(Micros(3));

        Assert.True(_silence.IsLost(TimeSpan.FromSeconds(10), Micros(12.1), out _));
    }

    private static long Micros(double seconds) => (long)((Start + seconds) * 1e6);

    private void Play(double at) => _silence.OnPlay(Micros(at));

    private void Lose(double at) => _silence.OnLost(Micros(at));

    private void Pictures(double from, double to, double distance)
    {
        for (double at = from; at <= to + 1e-9; at += distance)
        {
            _silence.OnPicture(Micros(at));
        }
    }

    /// <summary>When the session is lost if nothing comes any more, asked as a timer would.</summary>
    private double LostAt(double from, double deadStream)
    {
        long now = Micros(from);
        while (!_silence.IsLost(TimeSpan.FromSeconds(deadStream), now, out long rest))
        {
            now += rest;
        }

        return (now / 1e6) - Start;
    }
}
