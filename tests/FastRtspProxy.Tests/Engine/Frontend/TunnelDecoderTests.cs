using System.Buffers;
using System.Text;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class TunnelDecoderTests
{
    [Fact]
    public void TryDecode_SegmentsOfEveryPaddingSplitAtEveryByte_GivesTheText()
    {
        string[] requests = ["OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "a", "ab", "abc", "\0\u0001"];
        string text = string.Concat(requests.Select(static r => Convert.ToBase64String(Encoding.Latin1.GetBytes(r)) + "\r\n "));
        string expected = string.Concat(requests);

        for (int split = 0; split <= text.Length; split++)
        {
            TunnelDecoder decoder = default;
            ArrayBufferWriter<byte> output = new();
            Assert.True(decoder.TryDecode(Encoding.ASCII.GetBytes(text[..split]), output));
            Assert.True(decoder.TryDecode(Encoding.ASCII.GetBytes(text[split..]), output));
            Assert.Equal(expected, Encoding.Latin1.GetString(output.WrittenSpan));
        }
    }

    [Theory]
    [InlineData("AB%D")]
    [InlineData("=AAA")]
    [InlineData("A=AA")]
    [InlineData("AA=A")]
    [InlineData("====")]
    [InlineData("GET / HTTP/1.0?")]
    public void TryDecode_NoBase64_IsRefused(string text)
    {
        TunnelDecoder decoder = default;

        Assert.False(decoder.TryDecode(Encoding.ASCII.GetBytes(text), new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void TryDecode_RandomBytes_NeverThrows()
    {
        Random random = new(1);
        byte[] bytes = new byte[300];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            TunnelDecoder decoder = default;
            ArrayBufferWriter<byte> output = new();
            decoder.TryDecode(bytes, output);
            Assert.InRange(output.WrittenCount, 0, bytes.Length);
        }
    }
}
