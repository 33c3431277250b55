using FastRtspProxy.Engine.Ingest;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>
/// Which steps of a track of 90 kHz are jumps of the camera's clock. Before each there were pictures, 40 ms apart, each of which came 10 ms after it
/// was taken.
/// </summary>
public sealed class JumpDetectorTests
{
    private const int Rate = 90_000;
    private const int Pace = 3600;
    private const long DelayMicros = 10_000;
    private const long LastMediaMicros = 4_000_000;

    private const long LastMediaTicks = LastMediaMicros / 1_000_000 * Rate;

    [Theory]
    [InlineData(0.04, 0.04, false, "the next picture")]
    [InlineData(1, 0, false, "a second in a burst after a stall")]
    [InlineData(1.2, 0, true, "more than a second ahead of the fastest packet")]
    [InlineData(60, 60, false, "a track that was quiet")]
    [InlineData(60, 0.04, true, "a clock that was set forward")]
    [InlineData(6, 30, true, "a clock that lags more than the silence shows")]
    [InlineData(3, 30, false, "the camera dropped what it could not send")]
    [InlineData(-0.12, 0.04, false, "a picture that is shown earlier than it was decoded")]
    [InlineData(-0.24, 0.04, false, "less than the shortest step back that is a jump")]
    [InlineData(-0.3, 0.04, true, "further back than four times the pace")]
    public void IsJump_ByStepAndArrival(double stepSeconds, double elapsedSeconds, bool expected, string because)
    {
        JumpDetector jumps = AtPace();
        int step = (int)(stepSeconds * Rate);
        long arrivalMicros = LastMediaMicros + DelayMicros + (long)(elapsedSeconds * 1_000_000);

        bool isJump = jumps.IsJump(step, (long)(elapsedSeconds * Rate), LastMediaTicks + step, arrivalMicros);

        Assert.True(expected == isJump, because);
    }

    [Theory]
    [InlineData(5000, 0.04, true)] // numbers went on by more than a receiver takes for loss, and so did the time
    [InlineData(5000, -0.04, false)]
    [InlineData(-5000, 2, true)] // more than the half of all numbers
    [InlineData(-5000, 0.5, false)]
    [InlineData(5000, 60, false)] // the clock jumped as well: a new start
    public void IsLoss_NumbersThatDoNotGoOn_WhereTheTimeDoes(int numberStep, double stepSeconds, bool expected)
    {
        JumpDetector jumps = AtPace();
        double elapsed = Math.Clamp(stepSeconds, 0, 2);

        int step = (int)(stepSeconds * Rate);
        long arrivalMicros = LastMediaMicros + DelayMicros + (long)(elapsed * 1_000_000);

        bool isLoss = jumps.IsLoss(numberStep, step, (long)(elapsed * Rate), LastMediaTicks + step, arrivalMicros);

        Assert.Equal(expected, isLoss);
    }

    [Fact]
    public void ShowsPace_OnlyOfATrackThatGoesForward()
    {
        JumpDetector jumps = AtPace();

        Assert.True(jumps.ShowsPace(Pace));
        Assert.True(jumps.ShowsPace(Pace + (Rate / 10)));
        Assert.False(jumps.ShowsPace(Pace + (Rate / 10) + 1));
        jumps.NoteStep(-Pace);
        Assert.False(jumps.ShowsPace(Pace));
        jumps.BeginSource();
        Assert.False(jumps.ShowsPace(Pace)); // of another source nothing is known yet
    }

    private static JumpDetector AtPace()
    {
        JumpDetector jumps = new(Rate);
        jumps.BeginSession();
        for (long media = 0; media <= LastMediaMicros; media += 40_000)
        {
            jumps.NoteStep(Pace);
            jumps.NoteArrival(media, media + DelayMicros);
        }

        return jumps;
    }
}
