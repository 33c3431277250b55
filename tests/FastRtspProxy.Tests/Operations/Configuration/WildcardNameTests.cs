using FastRtspProxy.Operations.Configuration.Checks;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

public sealed class WildcardNameTests
{
    [Theory]
    [InlineData("lobby-*", "lobby-1", "1")]
    [InlineData("lobby-*", "lobby-a_b.C-9", "a_b.C-9")]
    [InlineData("*", "x", "x")]
    [InlineData("a/*/b", "a/x/b", "x")]
    [InlineData("*-sub", "x-sub", "x")]
    [InlineData("lobby-*", "lobby-", null)]
    [InlineData("lobby-*", "hall-1", null)]
    [InlineData("lobby-*", "lobby-1/x", null)]
    [InlineData("lobby-*", "lobby-1%2f", null)]
    [InlineData("lobby-*", "lobby-1?x", null)]
    [InlineData("lobby-*", "lobby-@host", null)]
    [InlineData("lobby-*", "lobby-${1}", null)]
    [InlineData("lobby-*", "lobby-\u00e9", null)]
    [InlineData("a/*", "a/.", null)]
    [InlineData("a/*", "a/..", null)]
    [InlineData("ab*ba", "aba", null)]
    [InlineData("plain", "plain", null)]
    public void Matches_PathThatIsAskedFor_GivesThePart(string wildcard, string path, string? expected)
    {
        bool matches = WildcardName.Matches(wildcard, path, out string part);

        Assert.Equal(expected is not null, matches);
        Assert.Equal(expected ?? part, part);
    }

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

    [Fact]
    public void Matches_LongPart_IsRefused() => Assert.False(WildcardName.Matches("a*", "a" + new string('x', 65), out _));

    [Fact]
    public void Make_PutsThePartIntoEachSource()
    {
        StreamConfig wildcard = new()
        {
            Name = "lobby-*",
            Sources = ["rtsp://192.0.2.9/ch/${1}?n=${1}", "rtsp://192.0.2.10/x"],
            Linger = TimeSpan.FromSeconds(3),
        };

        StreamConfig stream = WildcardName.Make(wildcard, "lobby-7", "7");

        Assert.Equal(
            new StreamConfig { Name = "lobby-7", Sources = ["rtsp://192.0.2.9/ch/7?n=7", "rtsp://192.0.2.10/x"], Linger = TimeSpan.FromSeconds(3) },
            stream);
    }
}
