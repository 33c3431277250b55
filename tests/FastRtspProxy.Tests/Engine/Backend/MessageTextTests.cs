using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class MessageTextTests
{
    [Fact]
    public void Masked_RequestWithCredentials_ShowsNeitherBasicNorDigest()
    {
        string text = MessageText.Masked("DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic c2VjcmV0\r\nauthorization: Digest response=\"abc\"\r\nAccept: x\r\n\r\n");
        Assert.DoesNotContain("c2VjcmV0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", text, StringComparison.Ordinal);
        Assert.Contains("Accept: x", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Location: rtsp://admin:p@ss/w:d@192.0.2.9:554/live", "Location: rtsp://***@192.0.2.9:554/live")]
    [InlineData("a=control:rtsp://admin:secret@h/track1\r\nRTP-Info: url=rtsp://u:secret@h/a;seq=1,url=rtsps://u:secret@h/b", "a=control:rtsp://***@h/track1\r\nRTP-Info: url=rtsp://***@h/a;seq=1,url=rtsps://***@h/b")]
    [InlineData("DESCRIBE rtsp://h/live RTSP/1.0", "DESCRIBE rtsp://h/live RTSP/1.0")]
    public void Masked_UrlWithCredentials_ShowsTheHostOnly(string text, string expected) => Assert.Equal(expected, MessageText.Masked(text));

    /// <summary>The keys of SRTP are as good as the pictures.</summary>
    [Theory]
    [InlineData("SETUP rtsp://h/ RTSP/1.0\r\nKeyMgmt: prot=mikey; uri=\"\"; data=\"c2VjcmV0\"\r\nAccept: x\r\n\r\n")]
    [InlineData("v=0\r\na=key-mgmt:mikey c2VjcmV0\r\nAccept: x")]
    [InlineData("v=0\r\na=key-mgmt mikey c2VjcmV0\nAccept: x")]
    [InlineData("v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20;INLINE:c2VjcmV0\r\nAccept: x")]
    [InlineData("v=0\r\na=mikey:c2VjcmV0\r\nAccept: x")]
    [InlineData("v=0\r\na=ice-pwd:c2VjcmV0\r\nAccept: x")]
    [InlineData("v=0\r\nk=base64:c2VjcmV0\r\nAccept: x")]
    [InlineData("v=0\nk=clear:c2VjcmV0\nAccept: x")]
    [InlineData("v=0\rk=c2VjcmV0\rAccept: x")]
    public void Masked_KeysOfSrtp_AreNotShown(string text)
    {
        string shown = MessageText.Masked(text);
        Assert.DoesNotContain("c2VjcmV0", shown, StringComparison.Ordinal);
        Assert.Contains("Accept: x", shown, StringComparison.Ordinal);
    }
}
