using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class StartWishTests
{
    [Theory]
    [InlineData("keyframe", "Keyframe", 0)]
    [InlineData("past", "Past", 0)]
    [InlineData("-10s", "Past", 10_000)]
    [InlineData("-1.5s", "Past", 1500)]
    [InlineData("-500ms", "Past", 500)]
    [InlineData("-2m", "Past", 120_000)]
    [InlineData("-99999999999m", "Past", 3_600_000)] // an hour is the most
    public void Of_Word_IsAModeOrALength(string word, string mode, int backMillis)
    {
        StartWish wish = StartWish.Of(word)!.Value;

        Assert.Equal((mode, backMillis), (wish.Mode.ToString(), (int)wish.Back.TotalMilliseconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("-s")]
    [InlineData("10s")]
    [InlineData("-10")]
    [InlineData("--10s")]
    [InlineData("-1e9s")]
    [InlineData("-NaNs")]
    [InlineData("-10h")]
    public void Of_AnythingElse_IsNothing(string word) => Assert.Null(StartWish.Of(word));
}
