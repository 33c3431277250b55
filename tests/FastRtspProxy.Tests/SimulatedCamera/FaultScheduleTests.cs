using FastRtspProxy.SimulatedCamera.Faults;

namespace FastRtspProxy.Tests.SimulatedCamera;

public class FaultScheduleTests
{
    [Fact]
    public void TryParse_EveryItem_IsUnderstood()
    {
        Assert.True(FaultSchedule.TryParse(
            "loss=1%,reorder=2%,dup=0.5%,corrupt=#7,truncate=0.25,jitter=20ms,stall=5s@30s,reboot@60s,bye@90s,close@2m/10s,silent-describe,401-storm,nonce-rotate,no-rtcp,busy",
            out FaultSchedule faults,
            out string? error));

        Assert.Null(error);
        Assert.Equal(0.01, faults.Loss.Probability);
        Assert.Equal(0.02, faults.Reorder.Probability);
        Assert.Equal(0.005, faults.Duplicate.Probability);
        Assert.Equal(7, faults.Corrupt.Ordinal);
        Assert.Equal(0.25, faults.Truncate.Probability);
        Assert.Equal(TimeSpan.FromMilliseconds(20), faults.Jitter);
        Assert.Equal(
            [
                new TimedFault(TimedFaultKind.Stall, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.Zero),
                new TimedFault(TimedFaultKind.Reboot, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3), TimeSpan.Zero),
                new TimedFault(TimedFaultKind.Bye, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(5), TimeSpan.Zero),
                new TimedFault(TimedFaultKind.Close, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)),
            ],
            faults.Timed);
        Assert.True(faults.SilentDescribe && faults.UnauthorizedStorm && faults.RotatesNonce && faults.NoRtcp && faults.Busy && faults.TouchesPackets);
    }

    [Fact]
    public void TryParse_ClocksAndDescriptions_AreUnderstood()
    {
        Assert.True(FaultSchedule.TryParse(
            "clock-jump=10s@30s,clock-jump=-1.5s@40s/10s,sdp-change@5s,sdp-change=size@6s,sdp-change=no-audio@7s,stray=#3,sr-clock=-1h,sr-drift=-2%",
            out FaultSchedule faults,
            out string? error));

        Assert.Null(error);
        Assert.Equal(
            [
                (TimedFaultKind.ClockJump, 30.0, 10.0, 0.0),
                (TimedFaultKind.ClockJump, 40, -1.5, 10),
                (TimedFaultKind.OtherCodec, 5, 5, 0),
                (TimedFaultKind.OtherSize, 6, 5, 0),
                (TimedFaultKind.NoAudio, 7, 5, 0),
            ],
            faults.Timed.Select(fault => (fault.Kind, fault.At.TotalSeconds, fault.Duration.TotalSeconds, fault.Every.TotalSeconds)));
        Assert.Equal(3, faults.Stray.Ordinal);
        Assert.Equal(TimeSpan.FromHours(-1), faults.ReportOffset);
        Assert.Equal(-0.02, faults.ReportDrift);
        Assert.True(FaultSchedule.TryParse("sr-clock=random", out faults, out _));
        Assert.True(faults.ReportsAtRandom && !faults.TouchesPackets);
    }

    [Fact]
    public void TryParse_AnswersAndWays_AreUnderstood()
    {
        Assert.True(FaultSchedule.TryParse(
            "refuse-track=audio,refuse-track=metadata:461,refuse-track=video:silent,slow-answers=12s,keepalive=GET_PARAMETER,ssrc=per-gop,rtcp-only,udp-only,late-media=4s,"
                + "video-silent@10s,video-silent=5s@20s/1m,video-silent=session@30s",
            out FaultSchedule faults,
            out string? error));

        Assert.Null(error);
        Assert.Equal([new TrackRefusal("audio", 404), new TrackRefusal("application", 461), new TrackRefusal("video", TrackRefusal.Silent)], faults.RefusedTracks);
        Assert.Equal(new SlowAnswers(TimeSpan.FromSeconds(12), null), faults.SlowAnswers);
        Assert.Equal(new OnlyKeepAlive("GET_PARAMETER", null), faults.OnlyKeepAlive);
        Assert.True(faults.SsrcPerGroup && faults.RtcpOnly && faults.UdpOnly && !faults.TouchesPackets);
        Assert.Equal(TimeSpan.FromSeconds(4), faults.LateMedia);
        Assert.Equal(
            [
                new TimedFault(TimedFaultKind.VideoSilent, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan, TimeSpan.Zero),
                new TimedFault(TimedFaultKind.VideoSilent, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)),
                new TimedFault(TimedFaultKind.VideoSilentInSessions, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.Zero),
            ],
            faults.Timed);
        Assert.True(FaultSchedule.TryParse("slow-answers=1500ms:PLAY,keepalive=OPTIONS:6s", out faults, out _));
        Assert.Equal(new SlowAnswers(TimeSpan.FromSeconds(1.5), "PLAY"), faults.SlowAnswers);
        Assert.Equal(new OnlyKeepAlive("OPTIONS", 6), faults.OnlyKeepAlive);
    }

    [Theory]
    [InlineData("refuse-track=smell")]
    [InlineData("refuse-track=audio:200")]
    [InlineData("refuse-track=audio:loud")]
    [InlineData("slow-answers=slow")]
    [InlineData("slow-answers=12s:DANCE")]
    [InlineData("keepalive=PLAY")]
    [InlineData("keepalive=OPTIONS:")]
    [InlineData("keepalive=OPTIONS:500ms")]
    [InlineData("ssrc=per-day")]
    [InlineData("late-media=soon")]
    [InlineData("video-silent")]
    [InlineData("video-silent=never@5s")]
    [InlineData("clock-jump@5s")]
    [InlineData("clock-jump=--5s@5s")]
    [InlineData("sdp-change=colour@5s")]
    [InlineData("sr-clock=wrong")]
    [InlineData("sr-drift=200%")]
    [InlineData("los=1%")]
    [InlineData("loss")]
    [InlineData("loss=101%")]
    [InlineData("loss=#x")]
    [InlineData("stall=5s@")]
    [InlineData("dance@5s")]
    [InlineData("bye@5s/0s")]
    [InlineData("jitter=fast")]
    public void TryParse_NotUnderstood_NamesTheItem(string text)
    {
        Assert.False(FaultSchedule.TryParse("dup=1%," + text, out _, out string? error));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }

    [Fact]
    public void FateOf_SameSeed_GivesTheSameRun()
    {
        Assert.True(FaultSchedule.TryParse("loss=1%,reorder=2%,dup=1%", out FaultSchedule faults, out _));
        PacketFate[] first = [.. Enumerable.Range(0, 20_000).Select(i => faults.FateOf(7, 0, i))];
        PacketFate[] second = [.. Enumerable.Range(0, 20_000).Select(i => faults.FateOf(7, 0, i))];
        PacketFate[] other = [.. Enumerable.Range(0, 20_000).Select(i => faults.FateOf(8, 0, i))];

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count(fate => (fate & PacketFate.Lost) != 0), 140, 260);
        Assert.InRange(first.Count(fate => (fate & PacketFate.Reordered) != 0), 320, 480);
        Assert.DoesNotContain(first, fate => (fate & (PacketFate.Corrupted | PacketFate.Truncated)) != 0);
    }

    [Fact]
    public void FateOf_ByOrdinal_StrikesOnce()
    {
        Assert.True(FaultSchedule.TryParse("loss=#100", out FaultSchedule faults, out _));
        Assert.Equal(100, Assert.Single(Enumerable.Range(0, 1000), i => faults.FateOf(7, 0, i) == PacketFate.Lost));
    }

    [Fact]
    public void StrayMicros_ByProbability_IsSeldomAndFarOffEitherWay()
    {
        Assert.True(FaultSchedule.TryParse("stray=1%", out FaultSchedule faults, out _));
        long[] off = [.. Enumerable.Range(0, 20_000).Select(i => faults.StrayMicros(7, 0, i)).Where(micros => micros != 0)];
        Assert.InRange(off.Length, 140, 260);
        Assert.All(off, micros => Assert.InRange(Math.Abs(micros), 10_000_000, 36_000_000_000));
        Assert.Contains(off, micros => micros < 0);
        Assert.Contains(off, micros => micros > 0);
    }

    [Fact]
    public void JitterMicros_AnyUnit_StaysBelowTheLimit()
    {
        Assert.True(FaultSchedule.TryParse("jitter=20ms", out FaultSchedule faults, out _));
        long[] late = [.. Enumerable.Range(0, 1000).Select(i => faults.JitterMicros(7, 0, i))];
        Assert.All(late, micros => Assert.InRange(micros, 0, 20_000));
        Assert.True(late.Max() > 18_000 && late.Min() < 2_000);
    }
}
