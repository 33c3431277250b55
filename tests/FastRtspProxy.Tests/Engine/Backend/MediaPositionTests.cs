using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class MediaPositionTests
{
    private MediaPosition _position;

    [Fact]
    public void Played_PicturesOutOfOrder_IsHowFarItGot()
    {
        Note(0, 9000, 3600, 7200, 18_000, 12_600);

        Assert.Equal(0.2, Played, 6);
    }

    [Fact]
    public void Played_TimestampsWrap_GoesOn()
    {
        Note(uint.MaxValue - 44_999, 45_000);

        Assert.Equal(1, Played, 6);
    }

    [Fact]
    public void Played_LongerThanTheTimestampsReach_IsCountedWhole()
    {
        uint timestamp = 0;
        for (int second = 0; second < 60_000; second++, timestamp += 90_000)
        {
            Note(timestamp);
        }

        Assert.Equal(59_999, Played, 6);
    }

    [Fact]
    public void Played_JumpsAndBreaks_AreNoTimeThatWasPlayed()
    {
        Note(0, 90_000, 900_000_000, 900_090_000);
        _position.Break();
        Note(1, 90_001);

        Assert.Equal(3, Played, 6);
    }

    private double Played => _position.Played(90_000).TotalSeconds;

    private void Note(params uint[] timestamps)
    {
        foreach (uint timestamp in timestamps)
        {
            _position.Note(timestamp, 90_000);
        }
    }
}
