using System.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Whom two rules for a stream let together.</summary>
public sealed class StreamAllowConfigTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("a", "", "a")]
    [InlineData("", "a b", "a b")]
    [InlineData("a b", "b c", "b")]
    [InlineData("a", "b", "255.255.255.255/32")]
    [InlineData("10.0.0.0/8", "", "10.0.0.0/8")]
    [InlineData("10.0.0.0/8", "10.1.0.0/16 192.0.2.0/24", "10.1.0.0/16")]
    [InlineData("10.1.0.0/16", "10.0.0.0/8", "10.1.0.0/16")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.0.0.0/8", "192.0.2.0/24", "255.255.255.255/32")]
    [InlineData("10.0.0.0/8", "2001:db8::/32", "255.255.255.255/32")]
    [InlineData("a 10.0.0.0/8", "a b", "a 10.0.0.0/8")]
    [InlineData("a 10.0.0.0/8", "b 10.0.0.0/8", "255.255.255.255/32")]
    public void And_IsWhomBothLet(string one, string two, string expected)
    {
        Assert.Equal(Rule(expected), Rule(one).And(Rule(two)));
        Assert.Equal(Rule(expected), Rule(two).And(Rule(one)));
    }

    private static StreamAllowConfig Rule(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new StreamAllowConfig
        {
            Roles = [.. words.Where(static word => !word.Contains('/', StringComparison.Ordinal))],
            From = [.. words.Where(static word => word.Contains('/', StringComparison.Ordinal)).Select(IPNetwork.Parse)],
        };
    }
}
