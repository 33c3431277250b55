using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class MissingTracksTests
{
    private const long HourMicros = 3_600_000_000;

    private readonly MissingTracks _missing = new();

    [Fact]
    public void MayAsk_Refused_IsAskedWithEachSession()
    {
        Assert.True(_missing.MayAsk(1, 0));
        _missing.OnAbsent(1, 404, 10);
        Assert.True(_missing.MayAsk(1, 11));
    }

    [Fact]
    public void MayAsk_Silent_IsAskedAfterAnHourAndEachSilenceCountsAnew()
    {
        _missing.OnAbsent(1, 0, 10);
        Assert.False(_missing.MayAsk(1, 10 + HourMicros - 1));
        Assert.True(_missing.MayAsk(0, 11));
        Assert.True(_missing.MayAsk(1, 10 + HourMicros));

        Assert.False(_missing.OnAbsent(1, 0, 10 + HourMicros));
        Assert.False(_missing.MayAsk(1, 20 + HourMicros));
    }

    [Fact]
    public void OnAbsent_TheSameAgain_IsNoNewsAndNoChange()
    {
        Assert.True(_missing.OnAbsent(1, 404, 0));
        Assert.True(_missing.HasChanged);
        _missing.HasChanged = false;

        Assert.False(_missing.OnAbsent(1, 404, 5));
        Assert.False(_missing.HasChanged);
        Assert.True(_missing.OnAbsent(1, 500, 6));
        Assert.Equal(2u, _missing.Mask);
    }

    [Fact]
    public void OnPresent_AfterAnAbsence_TakesTheTrackBack()
    {
        _missing.OnAbsent(1, 0, 0);
        _missing.OnAbsent(2, 404, 0);
        _missing.HasChanged = false;

        Assert.True(_missing.OnPresent(1));
        Assert.False(_missing.OnPresent(1));
        Assert.True(_missing.HasChanged);
        Assert.Equal(4u, _missing.Mask);
        Assert.True(_missing.MayAsk(1, 1));
    }

    [Fact]
    public void OnConnectionEnded_TwiceInARowAtTheSameTrack_CountsAsSilence()
    {
        Assert.False(_missing.OnConnectionEnded(1, 0));
        Assert.True(_missing.MayAsk(1, 1));
        Assert.True(_missing.OnConnectionEnded(1, 2));
        Assert.False(_missing.MayAsk(1, 3));
        Assert.Equal(2u, _missing.Mask);
    }

    [Fact]
    public void OnConnectionEnded_WithASuccessOrAnotherTrackInBetween_IsACamerasOwnEnd()
    {
        Assert.False(_missing.OnConnectionEnded(1, 0));
        Assert.False(_missing.OnPresent(1));
        Assert.False(_missing.OnConnectionEnded(1, 1));
        Assert.False(_missing.OnConnectionEnded(2, 2));
        Assert.False(_missing.OnConnectionEnded(1, 3));
        Assert.Equal(0u, _missing.Mask);
    }

    [Fact]
    public void Forget_OtherTracksAreDescribed_NothingIsLeft()
    {
        _missing.OnAbsent(1, 0, 0);
        _missing.Forget();
        Assert.Equal(0u, _missing.Mask);
        Assert.False(_missing.HasChanged);
        Assert.True(_missing.MayAsk(1, 1));
        Assert.Empty(_missing.All);
    }
}
