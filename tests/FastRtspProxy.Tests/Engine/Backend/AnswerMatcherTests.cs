using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class AnswerMatcherTests
{
    /// <summary>
    /// Steps: <c>ask 1</c>, <c>give 1</c> (given up), <c>got 1</c>, <c>got -</c> (no CSeq). Each <c>got</c> gives one word: the number of the request that it answers,
    /// <c>late</c> behind it where nobody waits any more, <c>!</c> where the order began to count, <c>none</c> where it is nobody's.
    /// </summary>
    [Theory]
    [InlineData("ask 1; got 1", "1")]
    [InlineData("ask 1; ask 2; got 2; got 1", "2 1")]
    [InlineData("ask 1; got 1; got 1", "1 none")]
    [InlineData("got 1", "none")]
    [InlineData("ask 1; give 1; ask 2; got 1; got 2", "1late 2")]
    [InlineData("ask 1; give 1; ask 2; got 2; got 1", "2 1late")]
    public void Answer_NumberInTheQueue_BelongsToThatRequest(string steps, string expected) => Assert.Equal(expected, Run(steps));

    [Theory]
    [InlineData("ask 1; got 0; ask 2; got 0", "1! 2")]
    [InlineData("ask 7; got 6; ask 8; got 7", "7! 8")]
    [InlineData("ask 1; got 1; ask 2; got 1; ask 3; got 2", "1 2! 3")]
    [InlineData("ask 1; got 4711", "1!")]
    public void Answer_ForeignNumberAndOneRequestWaits_IsItsAnswerAndTheOrderCountsFromThenOn(string steps, string expected) => Assert.Equal(expected, Run(steps));

    [Theory]
    [InlineData("ask 1; ask 2; got 0; got 1; got 2", "none 1 2")]
    [InlineData("ask 1; give 1; ask 2; got 0; got 2", "none 2")]
    [InlineData("ask 1; give 1; got 0", "none")]
    public void Answer_ForeignNumberAndItCouldBeSeveral_IsNobodys(string steps, string expected) => Assert.Equal(expected, Run(steps));

    [Theory]
    [InlineData("ask 1; got 0; ask 2; ask 3; got 9; got 9", "1! 2 3")]
    [InlineData("ask 1; got 0; ask 2; give 2; ask 3; got 0; got 0", "1! 2late 3")]
    [InlineData("ask 1; got 0; ask 2; ask 3; got 3; got 2", "1! 2 3")]
    [InlineData("ask 1; got 0; got 0; ask 2; got 0", "1! none 2")]
    public void Answer_OnceNumbersWereForeign_TheOldestIsAnsweredFirst_GivenUpOrNot(string steps, string expected) => Assert.Equal(expected, Run(steps));

    [Theory]
    [InlineData("ask 1; got -; ask 2; got 2", "1 2")]
    [InlineData("ask 1; ask 2; got -; got -", "1 2")]
    [InlineData("ask 1; give 1; ask 2; got -; got -", "1late 2")]
    [InlineData("got -", "none")]
    public void Answer_WithoutANumber_IsTheOldestRequests(string steps, string expected) => Assert.Equal(expected, Run(steps));

    [Fact]
    public void Ask_ACameraThatNeverAnswers_RemembersABoundedNumberAndForgetsThoseGivenUpFirst()
    {
        AnswerMatcher matcher = new();
        matcher.Ask(0);
        for (int i = 1; i <= 3 * AnswerMatcher.RequestsMax; i++)
        {
            matcher.Ask(i);
            matcher.GiveUp(i);
        }

        Assert.Equal(default, matcher.Answer(1));
        Assert.Equal(new AnswerMatch(0), matcher.Answer(0));
        Assert.Equal(new AnswerMatch(3 * AnswerMatcher.RequestsMax, IsLate: true), matcher.Answer(3 * AnswerMatcher.RequestsMax));
    }

    private static string Run(string steps)
    {
        AnswerMatcher matcher = new();
        List<string> words = [];
        foreach (string step in steps.Split("; "))
        {
            string[] parts = step.Split(' ');
            int number = parts[1] == "-" ? -1 : int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            switch (parts[0])
            {
                case "ask":
                    matcher.Ask(number);
                    break;
                case "give":
                    matcher.GiveUp(number);
                    break;
                default:
                    AnswerMatch match = matcher.Answer(number < 0 ? null : number);
                    words.Add(match.CSeq is { } cseq ? $"{cseq}{(match.IsLate ? "late" : "")}{(match.BeganOrder ? "!" : "")}" : "none");
                    break;
            }
        }

        return string.Join(' ', words);
    }
}
