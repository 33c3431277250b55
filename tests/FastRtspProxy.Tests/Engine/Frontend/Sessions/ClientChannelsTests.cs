using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Frontend.Sessions;

/// <summary>Who gets which channels of a connection; nothing is sent here, so there is no stream behind it.</summary>
public sealed class ClientChannelsTests
{
    private readonly ClientChannels _channels = new(null!);

    [Theory]
    [InlineData(6, 7, 6, 7)] // as asked
    [InlineData(7, 6, 7, 6)] // in any order
    [InlineData(5, 9, 5, 9)] // any two
    [InlineData(2, 3, 0, 1)] // another track's: the first free pair
    [InlineData(9, 3, 0, 1)] // one of them another track's
    [InlineData(4, 4, 0, 1)] // no pair
    [InlineData(254, 255, 0, 1)] // the number that stands for no channel
    public void Free_Wanted_AsAskedWhereThatIsAFreePair(byte rtp, byte rtcp, byte expectedRtp, byte expectedRtcp)
    {
        _channels.Bind(Track(2, 3));

        Assert.Equal(new ChannelPair(expectedRtp, expectedRtcp), _channels.Free(new ChannelPair(rtp, rtcp), null));
    }

    [Fact]
    public void Free_NothingWanted_TheNextFreePair()
    {
        _channels.Bind(Track(0, 1));
        _channels.Bind(Track(3, 8));

        Assert.Equal(new ChannelPair(4, 5), _channels.Free(null, null));
    }

    [Fact]
    public void Free_OfATrackThatIsReplaced_ItsOwnChannels()
    {
        SessionTrack replaced = Track(0, 1);
        _channels.Bind(replaced);

        Assert.Equal(new ChannelPair(0, 1), _channels.Free(new ChannelPair(0, 1), replaced));
    }

    [Fact]
    public void Free_EveryPairTaken_None()
    {
        for (int channel = 0; channel < 254; channel += 2)
        {
            _channels.Bind(Track((byte)channel, (byte)(channel + 1)));
        }

        Assert.Null(_channels.Free(null, null));
    }

    [Fact]
    public void Unbind_AnotherTrackHasOneOfTheChannelsByNow_ThatOneKeepsIt()
    {
        SessionTrack old = Track(0, 1), other = Track(1, 2);
        _channels.Bind(old);
        _channels.Bind(other);

        _channels.Unbind(old);

        Assert.Null(_channels.TrackOf(0));
        Assert.Same(other, _channels.TrackOf(1));
    }

    private static SessionTrack Track(byte rtp, byte rtcp) => new(null!, null!) { IsInterleaved = true, RtpChannel = rtp, RtcpChannel = rtcp };
}
