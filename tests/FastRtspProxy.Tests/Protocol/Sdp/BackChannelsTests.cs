using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Protocol.Sdp;

/// <summary>Which media are back channels, by the marks of the session and of each section: `v` video, `a` audio, `d` application; `-` is a=sendonly, `+` a=recvonly, `=` a=sendrecv.</summary>
public sealed class BackChannelsTests
{
    [Theory]
    [InlineData("", "v a", "")]
    [InlineData("", "v a a-", "2")] // ONVIF
    [InlineData("", "v+ a+ a-", "2")]
    [InlineData("", "v a- a- d", "1 2")] // Dahua
    [InlineData("", "v a-", "1")]
    [InlineData("", "v- a", "")] // go2rtc issue 771
    [InlineData("", "v- a-", "")]
    [InlineData("", "v- a+ a-", "")]
    [InlineData("", "v- v a-", "")]
    [InlineData("", "v a d-", "2")]
    [InlineData("", "a- d-", "")]
    [InlineData("", "a-", "")]
    [InlineData("", "a a-", "1")]
    [InlineData("-", "v a", "")]
    [InlineData("-", "v a-", "")]
    [InlineData("-", "v+ a+ a-", "2")]
    [InlineData("-", "v= a-", "1")]
    [InlineData("-", "v+ a- v", "1")]
    [InlineData("-", "a a-", "")]
    public void Of_Marks_AreBelievedUnlessTheyAreTheServersOwnView(string session, string sections, string expected)
    {
        SdpDocument document = SdpDocumentTests.ParseText("v=0\n" + Direction(session) + string.Concat(sections.Split(' ').Select(Section)));

        Assert.Equal(expected, string.Join(' ', document.Media.Where(m => m.IsBackChannel).Select(m => m.Index)));
    }

    [Fact]
    public void Of_VideoInCapitals_IsVideo()
    {
        SdpDocument document = SdpDocumentTests.ParseText("v=0\nm=VIDEO 0 RTP/AVP 96\na=sendonly\nm=audio 0 RTP/AVP 0\n");

        Assert.Equal(2, SdpRewriter.Served(document).Count);
    }

    private static string Section(string code)
    {
        string type = code[0] switch { 'v' => "video", 'a' => "audio", _ => "application" };
        return $"m={type} 0 RTP/AVP 96\n{Direction(code[1..])}";
    }

    private static string Direction(string mark) => mark switch
    {
        "-" => "a=sendonly\n",
        "+" => "a=recvonly\n",
        "=" => "a=sendrecv\n",
        _ => string.Empty,
    };
}
