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
}
