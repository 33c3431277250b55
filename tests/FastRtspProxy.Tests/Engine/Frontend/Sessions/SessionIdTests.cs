using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class SessionIdTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(255)]
    public void New_AnyShard_IsSixteenHexDigitsThatNameTheShard(int shard)
    {
        string id = SessionId.New(shard);

        Assert.Matches("^[0-9A-F]{16}$", id);
        Assert.True(SessionId.TryParse(id, out int parsed, out string same));
        Assert.Equal(shard, parsed);
        Assert.Equal(id, same);
    }

    [Fact]
    public void New_ManyTimes_NeverRepeats()
    {
        HashSet<string> ids = [];
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(ids.Add(SessionId.New(3)));
        }
    }

    [Fact]
    public void TryParse_LowerCase_IsTheSameSession()
    {
        string id = SessionId.New(2);

        Assert.True(SessionId.TryParse(id.ToLowerInvariant(), out _, out string parsed));
        Assert.Equal(id, parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("CE42F55B")]
    [InlineData("0123456789ABCDEG")]
    [InlineData("0123456789ABCDEF0")]
    [InlineData(" 123456789ABCDEF")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(SessionId.TryParse(text, out _, out _));
}
