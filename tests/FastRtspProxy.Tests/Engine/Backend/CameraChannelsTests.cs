using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Which channel is whose: asked for, answered, used.</summary>
public sealed class CameraChannelsTests
{
    private readonly List<byte> _expected = [];
    private readonly ReceiveTracks _tracks = TestTracks.Of(TestTracks.Video, TestTracks.Audio);
    private readonly CameraChannels _channels;

    public CameraChannelsTests() => _channels = new CameraChannels(_expected.Add);

    private BackendTrack Video => _tracks.All[0];

    private BackendTrack Audio => _tracks.All[1];

    [Fact]
    public void Ask_EachTrack_HasItsOwnPairWhichMediaMayUseBeforeTheAnswer()
    {
        ChannelPair video = _channels.Ask(Video);
        ChannelPair audio = _channels.Ask(Audio);

        Assert.Equal((new ChannelPair(0, 1), new ChannelPair(2, 3)), (video, audio));
        Assert.Equal([0, 1, 2, 3], _expected);
        Assert.Same(Video, _channels[1]);
        Assert.Same(Audio, _channels[2]);
    }

    [Fact]
    public void Ask_TheUsualPairWasAnsweredToAnotherTrack_TakesTheNextFreeOne()
    {
        _channels.Ask(Video);
        _channels.Take(Video, new ChannelPair(2, 3));

        ChannelPair audio = _channels.Ask(Audio);

        Assert.Equal(new ChannelPair(4, 5), audio);
        Assert.Same(Video, _channels[2]);
    }

    [Fact]
    public void Take_OtherChannels_AreTheTracksAndThoseAskedForNobodys()
    {
        _channels.Ask(Video);

        _channels.Take(Video, new ChannelPair(8, 9));

        Assert.Equal(new ChannelPair(8, 9), Video.Channels);
        Assert.Same(Video, _channels[8]);
        Assert.Same(Video, _channels[9]);
        Assert.Null(_channels[0]);
        Assert.Null(_channels[1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_TheAnswerRepeatsAnotherTracksChannelsOrHasNone_KeepsThoseAskedFor(bool repeats)
    {
        _channels.Ask(Video);
        _channels.Take(Video, new ChannelPair(0, 1));
        _channels.Ask(Audio);

        _channels.Take(Audio, repeats ? new ChannelPair(0, 1) : null);

        Assert.Equal(new ChannelPair(2, 3), Audio.Channels);
        Assert.Same(Video, _channels[0]);
        Assert.Same(Audio, _channels[2]);
    }

    [Fact]
    public void Release_ATrack_LeavesTheOthersTheirs()
    {
        _channels.Ask(Video);
        _channels.Ask(Audio);

        _channels.Release(Video);

        Assert.Null(Video.Channels);
        Assert.Null(_channels[0]);
        Assert.Null(_channels[1]);
        Assert.Same(Audio, _channels[2]);
    }

    [Fact]
    public void Adopt_ThePayloadTypeOfOneTrackThatHasHeardNothing_MakesTheChannelItsOwn()
    {
        _channels.Ask(Video);
        _channels.Ask(Audio);

        BackendTrack? adopted = _channels.Adopt(6, TestTracks.Rtp(0), _tracks);

        Assert.Same(Audio, adopted);
        Assert.Equal(new ChannelPair(6, 7), Audio.Channels);
        Assert.Same(Audio, _channels[7]);
        Assert.Contains((byte)6, _expected);
    }

    [Fact]
    public void Adopt_ThePairsOfTwoTracksAreSwapped_EachHasTheOthers()
    {
        _channels.Ask(Video);
        _channels.Ask(Audio);

        Assert.Same(Video, _channels.Adopt(2, TestTracks.Rtp(26), _tracks));
        Video.OnOrderedRtp(TestTracks.Rtp(26), 1);
        Assert.Same(Audio, _channels.Adopt(0, TestTracks.Rtp(0), _tracks));

        Assert.Equal(new ChannelPair(2, 3), Video.Channels);
        Assert.Equal(new ChannelPair(0, 1), Audio.Channels);
        Assert.Same(Audio, _channels[0]);
        Assert.Same(Audio, _channels[1]);
        Assert.Same(Video, _channels[3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Adopt_OneChannelForTwoTracks_FeedsBoth(bool isAudioFirst)
    {
        _channels.Ask(Video);
        _channels.Ask(Audio);
        (BackendTrack first, byte firstType, BackendTrack second, byte secondType) = isAudioFirst
            ? (Audio, (byte)0, Video, (byte)26)
            : (Video, (byte)26, Audio, (byte)0);

        Assert.Same(first, _channels.Adopt(0, TestTracks.Rtp(firstType), _tracks));
        first.OnOrderedRtp(TestTracks.Rtp(firstType), 1);
        Assert.Same(second, _channels.Adopt(0, TestTracks.Rtp(secondType), _tracks));
        second.OnOrderedRtp(TestTracks.Rtp(secondType), 1);

        Assert.Same(first, _channels[0]);
        Assert.Same(first, _channels.Adopt(0, TestTracks.Rtp(firstType), _tracks));
        Assert.Same(second, _channels.Adopt(0, TestTracks.Rtp(secondType), _tracks));
        Assert.Null(_channels.Adopt(2, TestTracks.Rtp(secondType), _tracks));
    }

    [Fact]
    public void Adopt_RtpOnTheSecondChannelOfItsPair_TurnsThePairRound()
    {
        _channels.Ask(Video);
        _channels.Ask(Audio);

        Assert.Same(Video, _channels.Adopt(1, TestTracks.Rtp(26), _tracks));

        Assert.Equal(new ChannelPair(1, 0), Video.Channels);
        Assert.Same(Video, _channels[0]);
        Assert.Same(Audio, _channels[2]);
    }

    [Fact]
    public void Adopt_TheNextChannelIsAnothers_LeavesItThere()
    {
        _channels.Ask(Video);
        _channels.Take(Video, new ChannelPair(7, 8));

        BackendTrack? adopted = _channels.Adopt(6, TestTracks.Rtp(0), _tracks);

        Assert.Same(Audio, adopted);
        Assert.Same(Video, _channels[7]);
    }

    [Theory]
    [InlineData(6, 5)] // of no track
    [InlineData(6, 26)] // of a track that has heard something
    [InlineData(255, 0)] // there is no channel behind it
    public void Adopt_APacketThatDoesNotTellWhoseItIs_IsNobodys(byte channel, byte payloadType)
    {
        _channels.Ask(Video);
        Video.OnOrderedRtp(TestTracks.Rtp(26), 1);

        Assert.Null(_channels.Adopt(channel, TestTracks.Rtp(payloadType), _tracks));
        Assert.Null(_channels[channel]);
    }

    [Fact]
    public void Adopt_APayloadTypeOfTwoTracksOrNoRtp_IsNobodys()
    {
        ReceiveTracks twins = TestTracks.Of(TestTracks.Video, TestTracks.Video);

        Assert.Null(_channels.Adopt(6, TestTracks.Rtp(26), twins));
        Assert.Null(_channels.Adopt(6, TestTracks.Rtp(0).AsSpan(0, 11), _tracks));
        Assert.Null(_channels.Adopt(6, new byte[12], _tracks));
    }
}
