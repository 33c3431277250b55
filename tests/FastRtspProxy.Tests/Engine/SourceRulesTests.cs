using FastRtspProxy.Engine;

namespace FastRtspProxy.Tests.Engine;

/// <summary>What several sources of a stream must be like.</summary>
public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("rtsp://h/a rtsp://h/b", "")]
    [InlineData("rtsp://h/a rtsp://H:554/a", "Source 2 of the stream")]
    [InlineData("rtsp://h/a rtsp://h/b rtsp://u:p@h/a", "Source 3 of the stream")]
    [InlineData("rtsp://h/a http://h/b", "cannot be used")]
    [InlineData("rtsp://h/a rtsp://h/${1}", "cannot be used")]
    [InlineData("rtsp://h/a rtsp://127.0.0.1:8554/b", "points at this proxy itself")]
    public void Check_Sources_EachIsLookedAt(string urls, string fault)
    {
        IReadOnlyList<StreamProblem> problems = StreamRules.Check([Of(urls.Split(' '))], own: new OwnPlace(null, [8554]));

        if (fault.Length == 0)
        {
            Assert.Empty(problems);
        }
        else
        {
            Assert.Contains(fault, Assert.Single(problems).Text, StringComparison.Ordinal);
            Assert.DoesNotContain(":p@", problems[0].Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_MoreThanThereCanBe_IsSaid() =>
        Assert.Contains(
            "has 17 sources; 16 are the most",
            Assert.Single(StreamRules.Check([Of([.. Enumerable.Range(0, 17).Select(static i => $"rtsp://h/{i}")])])).Text, StringComparison.Ordinal);

    private static StreamOptions Of(string[] urls) => new()
    {
        Name = "cam",
        Url = urls[0],
        Alternatives = [.. urls.Skip(1).Select(static url => new SourceOptions { Url = url })],
    };
}
