using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>A box without a clock battery, whose clock is set while cameras play.</summary>
public sealed class OwnClockTests
{
    private const long Second = 1_000_000;
    private const long Hour = 3600 * Second;
    private const long Now = 1_800_000_000 * Second;
    private const long Unset = 100 * Second;

    private readonly WallMapping _wall = new();
    private long _ownMicros = Unset;
    private long _mediaMicros;

    [Theory]
    [InlineData(0)]
    [InlineData(-3 * 60 * Second)]
    [InlineData(5 * Hour)]
    public void OnOwnClock_TheCamerasIsSane_TellsTheCamerasOnEveryTrack(long cameraOff)
    {
        (ReportClock video, ReportClock audio) = (new(_wall), new(_wall));
        long camera = Now + cameraOff;
        Play(60, video, audio, camera);
        Assert.Equal(_ownMicros, Told(video));

        SetOwnClock(Now + (60 * Second), video, audio);
        Assert.Equal(camera + (60 * Second), Told(video));
        Assert.Equal(Told(video), Told(audio));

        // Its next reports agree, and nothing moves any more.
        Play(60, video, audio, camera + (60 * Second));
        Assert.Equal(camera + (120 * Second), Told(video));
        Assert.Equal(0, video.Refused + audio.Refused);
        Assert.Null(_wall.OnOwnClock(_ownMicros, _ownMicros));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnOwnClock_TheCamerasIsNotSaneOrUnknown_TellsOurs(bool reports)
    {
        (ReportClock video, ReportClock audio) = (new(_wall), new(_wall));
        Play(60, video, audio, reports ? Unset - (50 * Second) : 0);
        SetOwnClock(Now, video, audio);
        Assert.Equal(Now, Told(video));
        Assert.Equal(Now, Told(audio));
        Play(60, video, audio, reports ? Unset + (10 * Second) : 0);
        Assert.Equal(Now + (60 * Second), Told(video));
    }

    [Fact]
    public void OnOwnClock_OneTrackHasNoReports_StaysWithTheOther()
    {
        (ReportClock video, ReportClock audio) = (new(_wall), new(_wall));
        for (int i = 0; i < 60; i++, Tick(1))
        {
            Packets(video, audio);
            if (i % 5 == 0)
            {
                video.OnCameraReport(Now - Hour + (i * Second), _mediaMicros, _ownMicros, _mediaMicros);
            }
        }

        Assert.True(Math.Abs(Told(video) - Told(audio)) < Second);
        SetOwnClock(Now, video, audio);
        Assert.Equal(Now - Hour + (60 * Second), Told(video));
        Assert.True(Math.Abs(Told(video) - Told(audio)) < Second);
    }

    [Theory]
    [InlineData(2 * Hour)]
    [InlineData(-2 * Hour)]
    [InlineData(900_000)]
    public void OnOwnClock_WhatIsToldIsStillSane_Stays(long by)
    {
        _ownMicros = Now;
        (ReportClock video, ReportClock audio) = (new(_wall), new(_wall));
        Play(60, video, audio, Now);
        Assert.Null(_wall.OnOwnClock(_ownMicros, _ownMicros + by));
        Assert.Equal(Now + (60 * Second), Told(video));
    }

    [Fact]
    public void OnOwnClock_OursGoesTo1970_TellsWhatTheCameraSaysNoMore()
    {
        // The other way round: somebody sets our clock to nonsense. What is told is not sane by it, neither is the camera's: ours is what we have.
        _ownMicros = Now;
        (ReportClock video, ReportClock audio) = (new(_wall), new(_wall));
        Play(60, video, audio, Now);
        SetOwnClock(Unset, video, audio);
        Assert.Equal(Unset, Told(video));
        SetOwnClock(Now + (60 * Second), video, audio);
        Assert.Equal(Now + (60 * Second), Told(video));
    }

    /// <summary>A box whose clock was two days ahead. The camera's crystal is slow by a hundredth, far more than any: what came fastest is that of the last ten to twenty seconds.</summary>
    [Fact]
    public void OnOwnClock_OursGoesBack_WhatCameFastestIsForgottenAsBefore()
    {
        _ownMicros = Now + (48 * Hour);
        ReportClock video = new(_wall);
        video.OnPacket(_mediaMicros, _ownMicros);
        SetOwnClock(Now, video);
        for (int i = 0; i < 60; i++)
        {
            Tick(1);
            _mediaMicros -= Second / 100;
            Assert.InRange(video.OnPacket(_mediaMicros, _ownMicros), 0, 22 * Second / 100);
        }
    }

    private void Play(int seconds, ReportClock video, ReportClock audio, long cameraMicros)
    {
        for (int i = 0; i < seconds; i++, Tick(1))
        {
            Packets(video, audio);
            if (cameraMicros != 0 && i % 5 == 0)
            {
                video.OnCameraReport(cameraMicros + (i * Second), _mediaMicros, _ownMicros, _mediaMicros);
                audio.OnCameraReport(cameraMicros + (i * Second), _mediaMicros, _ownMicros, _mediaMicros);
            }
        }
    }

    private void Packets(ReportClock video, ReportClock audio)
    {
        video.OnPacket(_mediaMicros, _ownMicros);
        audio.OnPacket(_mediaMicros, _ownMicros);
    }

    private void Tick(int seconds)
    {
        _mediaMicros += seconds * Second;
        _ownMicros += seconds * Second;
    }

    private void SetOwnClock(long to, params ReadOnlySpan<ReportClock> tracks)
    {
        long? toldBy = _wall.OnOwnClock(_ownMicros, to);
        Assert.NotNull(toldBy);
        foreach (ReportClock track in tracks)
        {
            track.OnOwnClockSet(to - _ownMicros, toldBy.Value);
        }

        _ownMicros = to;
    }

    private long Told(ReportClock track)
    {
        Assert.True(track.TryTell(_mediaMicros, out long told));
        return told;
    }
}
