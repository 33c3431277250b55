using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class WildcardNameTests
{
    [Theory]
    [InlineData("lobby-*", "lobby-1", "1")]
    [InlineData("lobby-*", "lobby-a_B.9-z", "a_B.9-z")]
    [InlineData("lobby-*", "lobby-...", "...")]
    [InlineData("*", "x", "x")]
    [InlineData("ch/*/main", "ch/7/main", "7")]
    [InlineData("lobby-*", "lobby-", null)] // nothing
    [InlineData("lobby-*", "lobby-1/2", null)] // two segments
    [InlineData("lobby-*", "lobby-.", null)]
    [InlineData("lobby-*", "lobby-..", null)] // the folder above, in the camera
    [InlineData("lobby-*", "lobby-a b", null)]
    [InlineData("lobby-*", "lobby-a%2e", null)]
    [InlineData("lobby-*", "lobby-a@b", null)]
    [InlineData("lobby-*", "lobby-a?b=c", null)]
    [InlineData("lobby-*", "lobby-\u00e9", null)]
    [InlineData("lobby-*", "Lobby-1", null)]
    [InlineData("lobby-*", "lobby-${1}", null)]
    [InlineData("*-sub", "x-sub", "x")]
    [InlineData("aba*aba", "ababa", null)] // beginning and end are not the same letters
    public void TryMatch_Path_GivesWhatTheStarStandsFor(string pattern, string path, string? expected)
    {
        bool fits = new WildcardName(pattern).TryMatch(path, out string? match);

        Assert.Equal((expected is not null, expected), (fits, match));
    }

    [Fact]
    public void TryMatch_LongerThanAnyName_DoesNotFit()
    {
        WildcardName pattern = new("a*");

        Assert.True(pattern.TryMatch("a" + new string('x', 64), out _));
        Assert.False(pattern.TryMatch("a" + new string('x', 65), out _));
    }

    [Theory]
    [InlineData("rtsp://h/ch/${1}", "7", "rtsp://h/ch/7")]
    [InlineData("rtsp://h/?ch=${1}&sub=${1}", "a.b", "rtsp://h/?ch=a.b&sub=a.b")]
    [InlineData("rtsp://h/${1}", "a/../b?c#d@e", "rtsp://h/a%2F..%2Fb%3Fc%23d%40e")] // whatever the letters are
    public void Fill_Source_PutsItInEncoded(string source, string match, string expected) => Assert.Equal(expected, WildcardName.Fill(source, match));
}
