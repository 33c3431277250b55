using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class CameraSessionIdTests
{
    [Theory]
    [InlineData("DESCRIBE", 200, "abc", "abc")]
    [InlineData("OPTIONS", 200, "abc;timeout=20", "abc")]
    [InlineData("SETUP", 461, "abc", "abc")]
    [InlineData("DESCRIBE", 401, "abc", "abc")]
    [InlineData("SETUP", 200, "abc", "abc")]
    [InlineData("SETUP", 454, "abc", null)]
    [InlineData("TEARDOWN", 200, "abc", null)]
    [InlineData("SETUP", 200, ";timeout=20", null)]
    [InlineData("SETUP", 200, null, null)]
    public void Take_AnyAnswerThatCarriesAnId_IsReturnedFromThenOn(string method, int status, string? header, string? expected)
    {
        CameraSessionId id = new(TimeSpan.FromSeconds(60));
        id.Take(method, status, header);
        Assert.Equal(expected, id.Value);
    }

    [Fact]
    public void Take_LaterAnswers_TheNewestIdAndTheNewestTimeoutCount()
    {
        CameraSessionId id = new(TimeSpan.FromSeconds(60));
        id.Take("DESCRIBE", 200, "a;timeout=20");
        id.Take("SETUP", 200, "b");
        Assert.Equal(("b", TimeSpan.FromSeconds(20)), (id.Value, id.Timeout));
        id.Take("PLAY", 200, "b;timeout=30");
        Assert.Equal(TimeSpan.FromSeconds(30), id.Timeout);
        id.End();
        Assert.Null(id.Value);
    }

    [Fact]
    public void DropAfter_FirstSetUpAnswered454_DropsAnIdThatCameBeforehand_AndOnlyThen()
    {
        CameraSessionId id = new(TimeSpan.FromSeconds(60));
        Assert.False(id.DropAfter("SETUP", 454)); // none was sent
        id.Take("DESCRIBE", 200, "a");
        Assert.False(id.DropAfter("PLAY", 454));
        Assert.False(id.DropAfter("SETUP", 404));
        Assert.True(id.DropAfter("SETUP", 454));
        Assert.Null(id.Value);

        id.Take("SETUP", 200, "b");
        Assert.False(id.DropAfter("SETUP", 454)); // the session of an earlier track has ended
        Assert.Equal("b", id.Value);
    }
}
