using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Targets and the routes that they name.</summary>
public sealed class HttpRouterTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("/a/b", "a|b")]
    [InlineData("/a%2Fb/c?x=/y", "a/b|c")]
    [InlineData("/%C3%BC", "ü")]
    [InlineData("/100%25", "100%")]
    [InlineData("/%252F", "%2F")]
    [InlineData("/a//b", "a||b")]
    public void Split_DecodesEachSegmentOnce(string target, string expected)
    {
        Assert.True(HttpRouter.TrySplit(target, out string[]? path));
        Assert.Equal(expected, string.Join('|', path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a")]
    [InlineData("http://a/b")]
    [InlineData("/%")]
    [InlineData("/%2")]
    [InlineData("/%g1")]
    [InlineData("/%+1")]
    [InlineData("/%C3")]
    [InlineData("/%00")]
    [InlineData("/%7f")]
    [InlineData("/ü")]
    public void Split_WhatIsNoTarget_IsRefused(string target) => Assert.False(HttpRouter.TrySplit(target, out _));

    [Fact]
    public void Find_KnowsMethodsAndNames()
    {
        HttpRouter router = new([Route("GET", "/a"), Route("POST", "/a"), Route("GET", "/s/{name}"), Route("GET", "/s/{name}/v")]);

        Assert.Equal("/a", router.Find("HEAD", ["a"], out _, out _)!.Template);
        Assert.Null(router.Find("PUT", ["a"], out _, out IReadOnlyList<string> allowed));
        Assert.Equal(["GET", "HEAD", "POST"], allowed);
        Assert.Equal("/s/{name}", router.Find("GET", ["s", "x/y"], out string? name, out _)!.Template);
        Assert.Equal("x/y", name);
        Assert.Equal("/s/{name}/v", router.Find("GET", ["s", "x", "v"], out name, out _)!.Template);
        Assert.Null(router.Find("GET", ["s", ""], out _, out allowed));
        Assert.Empty(allowed);
    }

    [Fact]
    public void Routes_OfOneMethodAndTemplate_AreAnError() =>
        Assert.Throws<ArgumentException>(static () => new HttpRouter([Route("GET", "/a"), Route("GET", "/a")]));

    private static HttpRoute Route(string method, string template) => new(method, template, AccessRights.None, static _ => Task.CompletedTask);
}
