using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>
/// What is said in the course of an outage. `-Kind` is a failure, `d` a description while somebody wants media, `D` one while nobody does, `m` media; what is said: `-` the failure, `a` that the camera
/// answers, `b` that it is back, `.` nothing.
/// </summary>
public sealed class OutageNewsTests
{
    [Theory]
    [InlineData("m m", ". .")]
    [InlineData("d m", ". .")]
    [InlineData("-Unreachable -Unreachable d m", "- . . b")]
    [InlineData("-Unreachable -Unauthorized -Unreachable d m", "- - - . b")]
    [InlineData("-Silent d -Silent d -Silent d m m", "- . . . . . b .")]
    [InlineData("-Silent d -Unreachable d -Silent d m", "- . - . - . b")]
    [InlineData("-Unreachable D D m", "- a . .")]
    [InlineData("-ConnectionLost D -ConnectionLost D", "- a - a")]
    [InlineData("-Silent D D d m", "- . . . b")]
    [InlineData("-Bye d m -Bye d m", "- . b - . b")]
    [InlineData("-NoWay D m", "- . b")]
    public void Course_EachStep_SaysWhatIsNew(string steps, string said)
    {
        OutageNews news = new();
        List<string> seen = [];
        foreach (string step in steps.Split(' '))
        {
            seen.Add(step switch
            {
                "d" or "D" => news.OnDescribed(step == "d") ? "a" : ".",
                "m" => Media(news),
                _ => news.OnFailure(Enum.Parse<BackendFailureKind>(step[1..])) ? "-" : ".",
            });
        }

        Assert.Equal(said, string.Join(' ', seen));
    }

    private static string Media(OutageNews news)
    {
        bool awaited = news.AwaitsMedia;
        news.OnMedia();
        Assert.False(news.AwaitsMedia);
        return awaited ? "b" : ".";
    }
}
