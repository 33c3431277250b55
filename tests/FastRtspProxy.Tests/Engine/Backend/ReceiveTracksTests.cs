using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What is true of all tracks together.</summary>
public sealed class ReceiveTracksTests
{
    private readonly ReceiveTracks _tracks = TestTracks.Of(TestTracks.Audio, TestTracks.Video);

    private BackendTrack Audio => _tracks.All[0];

    private BackendTrack Video => _tracks.All[1];

    [Fact]
    public void HasMedia_NothingCame_IsFalseAndSoIsAllElse()
    {
        Assert.Equal((false, false, false, false, false), (_tracks.HasMedia, _tracks.HasPictures, _tracks.HasHeard, _tracks.AnyPlaysOn, _tracks.Flow(1)));
        Assert.Equal((0L, null, TimeSpan.Zero), (_tracks.LastRtpMicros, _tracks.FirstRtpMicros, _tracks.Played));
    }

    [Fact]
    public void HasPictures_SoundAlone_IsMediaAndNoPicture()
    {
        Audio.OnOrderedRtp(TestTracks.Rtp(0), 5);

        Assert.Equal((true, false, true, true), (_tracks.HasMedia, _tracks.HasPictures, _tracks.HasHeard, _tracks.AnyPlaysOn));
    }

    [Fact]
    public void HasHeard_ATypeOfNoTrack_IsASignOfLifeAndNoMedia()
    {
        Audio.OnOrderedRtp(TestTracks.Rtp(99), 5);

        Assert.Equal((false, true), (_tracks.HasMedia, _tracks.HasHeard));
    }

    [Fact]
    public void LastRtpMicros_TwoTracks_IsTheNewestAndFirstTheOldest()
    {
        Video.OnOrderedRtp(TestTracks.Rtp(26), 30);
        Audio.OnOrderedRtp(TestTracks.Rtp(0), 40);
        Audio.OnOrderedRtp(TestTracks.Rtp(0, 2), 50);

        Assert.Equal((50L, 30L), (_tracks.LastRtpMicros, _tracks.FirstRtpMicros));
    }

    [Fact]
    public void Flow_TwoSecondsAfterTheLastPacket_IsOver()
    {
        Video.OnOrderedRtp(TestTracks.Rtp(26), 1000);

        Assert.True(_tracks.Flow(1000 + BackendTrack.FlowingMicros - 1));
        Assert.False(_tracks.Flow(1000 + BackendTrack.FlowingMicros));
    }

    [Fact]
    public void Primary_AVideoBehindTheSound_IsTheVideoAndWithoutOneTheFirst()
    {
        Assert.Same(Video, _tracks.Primary);
        ReceiveTracks sound = TestTracks.Of(TestTracks.Audio, TestTracks.Audio);
        Assert.Same(sound.All[0], sound.Primary);
    }

    [Fact]
    public void ForgetWhatCame_SoundFlowsAndPicturesDoNot_KeepsWhatCameInTheirPlace()
    {
        Video.OnOrderedRtp(TestTracks.Rtp(97), 1);
        Audio.OnOrderedRtp(TestTracks.Rtp(0), 2);

        _tracks.ForgetWhatCame(3);

        Assert.Equal("; 1 packet of payload type 97 came, which no track has (the description names 0, 26)", _tracks.WhatCame());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForgetWhatCame_PicturesFlowOrNoVideoIsThere_ForgetsIt(bool picturesFlow)
    {
        Audio.OnOrderedRtp(TestTracks.Rtp(97), 1);
        if (picturesFlow)
        {
            Video.OnOrderedRtp(TestTracks.Rtp(26), 2);
        }
        else
        {
            Video.Absence = TrackAbsence.Refused;
        }

        _tracks.ForgetWhatCame(3);

        Assert.Equal(string.Empty, _tracks.WhatCame());
    }
}
