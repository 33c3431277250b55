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
            Assert.Equal(expected, Decode(ref decoder, text[..split]) + Decode(ref decoder, text[split..]));
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

        Assert.False(decoder.TryDecode(Encoding.ASCII.GetBytes(text), new byte[TunnelDecoder.MaxBytesOf(text.Length)], out _));
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
            decoder.TryDecode(bytes, new byte[TunnelDecoder.MaxBytesOf(bytes.Length)], out int written);
            Assert.InRange(written, 0, bytes.Length);
        }
    }

    private static string Decode(ref TunnelDecoder decoder, string text)
    {
        byte[] output = new byte[TunnelDecoder.MaxBytesOf(text.Length)];
        Assert.True(decoder.TryDecode(Encoding.ASCII.GetBytes(text), output, out int written));
        return Encoding.Latin1.GetString(output, 0, written);
    }
}
