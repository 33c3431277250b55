using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class UnusedPacketsTests
{
    private readonly UnusedPackets _unused = new();

    [Fact]
    public void Words_NothingCame_AreNone() => Assert.Equal(string.Empty, _unused.Words([96]));

    [Fact]
    public void Words_ATypeThatNoTrackHas_IsNamedWithItsCountAndWhatWasDescribed()
    {
        for (int i = 0; i < 343; i++)
        {
            _unused.CountType(97);
        }

        Assert.Equal("; 343 packets of payload type 97 came, which no track has (the description names 96, 8)", _unused.Words([96, 8]));
    }

    [Fact]
    public void Words_ATypeOfAnotherTrack_SaysSo()
    {
        _unused.CountType(8);

        Assert.Equal("; 1 packet of payload type 8 came, which belongs to another track", _unused.Words([96, 8]));
    }

    [Fact]
    public void Words_ChannelsAndGarbage_AreToldToo()
    {
        _unused.CountChannel(4);
        _unused.CountMalformed();
        _unused.CountMalformed();

        Assert.Equal("; 1 packet came on channel 4, which no track was set up on; 2 packets that are not RTP came", _unused.Words([96]));
    }

    [Fact]
    public void Words_Noise_IsListedInPart()
    {
        for (int i = 0; i < 512; i++)
        {
            _unused.CountType((byte)(i & 0x7F));
            _unused.CountChannel((byte)i);
        }

        string words = _unused.Words([96]);

        Assert.Equal(5, words.Split(';', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.EndsWith("; and others", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Clear_MediaCame_StartsAnew()
    {
        _unused.CountType(97);
        _unused.CountChannel(4);
        _unused.CountMalformed();
        _unused.Clear();

        Assert.Equal(string.Empty, _unused.Words([96]));
    }
}
