using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Tests.Engine.Access;

public sealed class StreamPatternTests
{
    [Theory]
    [InlineData("gate/1", "gate/1", true)]
    [InlineData("gate/1", "gate/10", false)]
    [InlineData("gate/1", "Gate/1", false)]
    [InlineData("gate/1", "gate", false)]
    [InlineData("gate/1", "gate/1/2", false)]
    [InlineData("gate/*", "gate/1", true)]
    [InlineData("gate/*", "gate/", false)]
    [InlineData("gate/*", "gate", false)]
    [InlineData("gate/*", "gate/1/2", false)]
    [InlineData("*", "cam", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**", "a", true)]
    [InlineData("hall/**", "hall/1", true)]
    [InlineData("hall/**", "hall/1/sub", true)]
    [InlineData("hall/**", "hall", false)]
    [InlineData("hall/**", "hall/", false)]
    [InlineData("hall/**", "hallway/1", false)]
    [InlineData("lobby-*", "lobby-7", true)]
    [InlineData("lobby-*", "lobby-", true)]
    [InlineData("lobby-*", "lobby", false)]
    [InlineData("*-sub/x", "gate-sub/x", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    public void Matches_Name_AsTheTableSays(string pattern, string stream, bool matches)
    {
        Assert.True(StreamPattern.TryParse(pattern, out StreamPattern? read, out _));

        Assert.Equal(matches, read.Matches(stream));
        Assert.Equal(!pattern.Contains('*', StringComparison.Ordinal), read.IsExact);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/gate")]
    [InlineData("gate/")]
    [InlineData("gate//1")]
    [InlineData("hall/**/1")]
    [InlineData("hall**")]
    [InlineData("***")]
    public void TryParse_NoPattern_SaysWhy(string text)
    {
        Assert.False(StreamPattern.TryParse(text, out _, out string defect));

        Assert.NotEmpty(defect);
    }

    [Fact]
    public void Matches_ManyStarsAgainstALongName_EndsSoon()
    {
        Assert.True(StreamPattern.TryParse(string.Concat(Enumerable.Repeat("*a", 64)) + "b", out StreamPattern? pattern, out _));

        Assert.False(pattern.Matches(new string('a', 4000)));
    }
}
