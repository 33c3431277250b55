using System.Net;
using System.Text;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Protocol.Sdp;

/// <summary>A multicast group in a description for viewers.</summary>
public sealed class SdpMulticastTests
{
    private const string Camera = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=x\r\nt=0 0\r\na=control:*\r\n"
        + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:a\r\nm=audio 0 RTP/AVP 97 0\r\na=rtpmap:97 L16/8000\r\na=control:b\r\n";

    private static byte[] Description(string origin = "0.0.0.0")
    {
        Assert.True(SdpDocument.TryParse(Encoding.ASCII.GetBytes(Camera), out SdpDocument? camera, out _));
        return SdpRewriter.ForFrontend(camera, new SdpRewriteOptions { SessionId = 1, SessionVersion = 1, OriginAddress = origin });
    }

    [Fact]
    public void Of_IPv4Group_HasItWithItsTtlAndAPortForEachTrackAndTheSource()
    {
        byte[] made = SdpMulticast.Of(Description(), IPAddress.Parse("232.7.7.7"), 16, IPAddress.Parse("192.0.2.1"), [5004, 5006]);

        Assert.True(SdpDocument.TryParse(made, out SdpDocument? sdp, out _));
        Assert.All(sdp.Media, static media => Assert.Equal(("232.7.7.7", 16, "incl IN IP4 232.7.7.7 192.0.2.1"), (media.ConnectionAddress, media.Ttl!.Value, media.SourceFilter)));
        Assert.Equal([5004, 5006], sdp.Media.Select(static media => media.Port));
        Assert.Contains("m=audio 5006 RTP/AVP 97 0\r\n", Encoding.ASCII.GetString(made), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_IPv6Group_SaysNoTtl()
    {
        byte[] made = SdpMulticast.Of(Description("::"), IPAddress.Parse("ff15::7"), 16, IPAddress.Parse("2001:db8::1"), [5004, 5006]);

        string text = Encoding.ASCII.GetString(made);
        Assert.Contains("c=IN IP6 ff15::7\r\n", text, StringComparison.Ordinal);
        Assert.Contains("a=source-filter: incl IN IP6 ff15::7 2001:db8::1\r\nm=video 5004 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_EverythingElse_StaysByteForByte()
    {
        byte[] plain = Description();
        string[] left = [.. Lines(plain).Except(Lines(SdpMulticast.Of(plain, IPAddress.Parse("239.1.1.1"), 1, IPAddress.Loopback, [2, 4])))];

        Assert.Equal(["m=video 0 RTP/AVP 96", "c=IN IP4 0.0.0.0", "m=audio 0 RTP/AVP 97 0"], left);
    }

    private static string[] Lines(byte[] text) => Encoding.Latin1.GetString(text).Split("\r\n");
}
