using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Operations.Configuration;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("linger", "linger", 0)]
    [InlineData("lingre", "linger", 1)]
    [InlineData("lnger", "linger", 1)]
    [InlineData("linnger", "linger", 1)]
    [InlineData("lonker", "linger", 2)]
    public void Distance_OfTwoWords_CountsChanges(string one, string other, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(one, other));
        Assert.Equal(expected, Spelling.Distance(other, one));
    }

    [Theory]
    [InlineData("sorce", "source")]
    [InlineData("SOURCE", "source")]
    [InlineData("sources", "sources")]
    [InlineData("xyz", null)]
    [InlineData("h", null)]
    [InlineData("a word that is longer than every key that there could ever be in here", null)]
    public void Nearest_OfSomeWords_IsNearOrNothing(string word, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, ["source", "sources", "hold"]));
}
