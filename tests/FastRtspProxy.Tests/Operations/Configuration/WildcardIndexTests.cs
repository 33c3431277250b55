using FastRtspProxy.Operations.Configuration.Checks;

namespace FastRtspProxy.Tests.Operations.Configuration;

public sealed class WildcardIndexTests
{
    [Theory]
    [InlineData("lobby-7", "lobby-*")]
    [InlineData("x-sub", "*-sub")]
    [InlineData("hall/9", "hall/*")]
    [InlineData("hall/9/x", null)]
    [InlineData("hall", null)]
    [InlineData("", null)]
    public void Find_PathAmongWildcards_IsTheOneThatMakesIt(string path, string? expected)
    {
        WildcardIndex index = new(["lobby-*", "hall/*", "*-sub"]);

        Assert.Equal(expected, index.Find(path));
        Assert.Null(new WildcardIndex([]).Find(path));
    }
}
