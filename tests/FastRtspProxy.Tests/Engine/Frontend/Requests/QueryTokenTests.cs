using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Frontend.Requests;

public sealed class QueryTokenTests
{
    [Theory]
    [InlineData("rtsp://h/gate/1?token=abc", false, "abc")]
    [InlineData("rtsp://h/gate/1?token=abc/", false, "abc")]
    [InlineData("rtsp://h/gate/1?TOKEN=abc", false, "abc")]
    [InlineData("rtsp://h/gate/1?start=live&token=abc", false, "abc")]
    [InlineData("rtsp://h/gate/1?token=abc&start=live", false, "abc")]
    [InlineData("rtsp://h/gate/1?start=live/token=abc", false, "abc")]
    [InlineData("rtsp://h/gate/1?token=ab/cd+e%3D", false, "ab/cd+e=")]
    [InlineData("rtsp://h/gate/1?token=abc/track1", true, "abc")]
    [InlineData("rtsp://h/gate/1?token=ab/cd/track1", true, "ab/cd")]
    [InlineData("rtsp://h/gate/1?token=abc&start=live/track1", true, "abc")]
    [InlineData("rtsp://h/gate/1/track1?token=abc", true, "abc")]
    [InlineData("rtsp://h/gate/1?token=", false, null)]
    [InlineData("rtsp://h/gate/1?mytoken=abc", false, null)]
    [InlineData("rtsp://h/gate/1?x=token=abc", false, null)]
    [InlineData("rtsp://h/token=abc", false, null)]
    [InlineData("rtsp://h/gate/1", false, null)]
    [InlineData("*", false, null)]
    public void Of_UrlsThatPlayersSend_IsTheToken(string uri, bool isOfTrack, string? token) => Assert.Equal(token, QueryToken.Of(uri, isOfTrack));

    [Fact]
    public void Of_LongerThanMayBe_IsNone()
    {
        Assert.NotNull(QueryToken.Of("rtsp://h/x?token=" + new string('a', QueryToken.MaxChars), isOfTrack: false));
        Assert.Null(QueryToken.Of("rtsp://h/x?token=" + new string('a', QueryToken.MaxChars + 1), isOfTrack: false));
    }

    [Theory]
    [InlineData("rtsp://h/gate/1?token=s3cret")]
    [InlineData("rtsp://h/gate/1?start=live&token=s3cret&x=y")]
    [InlineData("rtsp://h/gate/1?token=s3cret/track1")]
    [InlineData("rtsp://h/gate/1?start=live/token=s3cret")]
    [InlineData("SETUP rtsp://h/gate/1?token=s3cret RTSP/1.0")]
    public void Mask_TextWithAToken_DoesNotShowIt(string text) => Assert.DoesNotContain("s3cret", UrlSecrets.Mask(text), StringComparison.Ordinal);
}
