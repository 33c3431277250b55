using System.Text;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Sdp;

public class SdpDocumentTests
{
    [Fact]
    public void TryParse_OnvifCamera_GivesEachMedia()
    {
        SdpDocument document = Parse("onvif_backchannel.sdp");

        Assert.Equal(5, document.Media.Count);
        Assert.Equal("rtsp://192.0.2.61:554/Streaming/Channels/101/", document.Control);
        Assert.Equal("Live streaming", document.SessionName);
        Assert.Equal("192.0.2.61", document.ConnectionAddress);
        Assert.Equal("clock=20261122T102209Z-", document.Range);
        SdpMedia video = document.Media[0];
        Assert.Equal(
            (0, "video", 5004, "RTP/AVP", "trackID=1", "H265", 90000),
            (video.Index, video.Type, video.Port, video.Protocol, video.Control, video.EncodingName, video.ClockRate));
        Assert.StartsWith("sprop-vps=", video.Fmtp, StringComparison.Ordinal);
        Assert.True(video.RtcpMux);
        Assert.Equal("incl IN IP4 * 192.0.2.61", video.SourceFilter);
        Assert.Equal("192.0.2.61", video.ConnectionAddress);
        Assert.Equal([false, false, true, false, false], document.Media.Select(media => media.IsBackChannel));
        Assert.Equal([0, 8], document.Media[2].PayloadTypes);
        Assert.Equal(("vnd.onvif.metadata", 90000), (document.Media[3].EncodingName, document.Media[3].ClockRate));
    }

    [Fact]
    public void TryParse_StaticPayloadTypeWithoutRtpmap_IsKnown()
    {
        SdpMedia audio = Parse("onvif_backchannel.sdp").Media[1];

        Assert.Equal(("PCMU", 8000, 1), (audio.EncodingName, audio.ClockRate, audio.Channels));
        Assert.Null(audio.Fmtp);
    }

    [Fact]
    public void Quirk_TpLinkApplicationLine_HasNoPayloadTypeAndKeepsTheOthers()
    {
        SdpDocument document = Parse("tplink.sdp");

        Assert.Equal(3, document.Media.Count);
        Assert.Empty(document.Media[2].PayloadTypes);
        Assert.Equal("track3", document.Media[2].Control);
        Assert.Equal(("H264", 90000), (document.Media[0].EncodingName, document.Media[0].ClockRate));
        Assert.Equal("Session streamed by \"TP-LINK RTSP Server\"", document.SessionName);
    }

    [Fact]
    public void Quirk_BrokenLines_DoNotSpoilTheRest()
    {
        SdpDocument document = Parse("broken_lines.sdp");

        Assert.Equal("Front door", document.SessionName);
        Assert.Null(document.ConnectionAddress);
        Assert.Null(document.Control);
        Assert.Equal(2, document.Media.Count);
        Assert.Equal(("JPEG", "rtsp://10.0.0.5/live/video?x=1"), (document.Media[0].EncodingName, document.Media[0].Control));
        SdpMedia audio = document.Media[1];
        Assert.Equal((0, "MPEG4-GENERIC", 8000), (audio.Port, audio.EncodingName, audio.ClockRate));
        Assert.Null(audio.Fmtp);
        Assert.Equal("/audio", audio.Control);
    }

    [Fact]
    public void TryParse_Multicast_GivesGroupTtlAndFilter()
    {
        SdpDocument document = Parse("multicast.sdp");

        SdpMedia video = document.Media[0];
        Assert.Equal(("239.1.2.3", 16, 5000, "incl IN IP4 239.1.2.3 192.0.2.62"), (video.ConnectionAddress, video.Ttl, video.Port, video.SourceFilter));
        Assert.Equal(("FF15::101", (int?)null), (document.Media[1].ConnectionAddress, document.Media[1].Ttl));
        Assert.Equal(("opus", 48000, 2), (document.Media[1].EncodingName, document.Media[1].ClockRate, document.Media[1].Channels));
    }

    [Fact]
    public void Quirk_AllMediaSendOnly_NoneIsABackChannel()
    {
        SdpDocument document = ParseText("v=0\nm=video 0 RTP/AVP 96\na=sendonly\nm=audio 0 RTP/AVP 0\na=sendonly\n");

        Assert.All(document.Media, media => Assert.False(media.IsBackChannel));
    }

    [Theory]
    [InlineData("m=video 0 RTP/AVP 96\r\na=control:a\r\n")]
    [InlineData("m=video 0 RTP/AVP 96\na=control:a")]
    [InlineData("m=video 0 RTP/AVP 96\ra=control:a\r\0")]
    [InlineData("  m=video 0  RTP/AVP\t96 \n\n a=control: a \n")]
    public void TryParse_LineEndsAndBlanks_AreTolerated(string text)
    {
        SdpMedia media = Assert.Single(ParseText(text).Media);

        Assert.Equal(("a", "RTP/AVP"), (media.Control, media.Protocol));
        Assert.Equal([96], media.PayloadTypes);
    }

    [Theory]
    [InlineData("", SdpDefect.Empty)]
    [InlineData("<html>", SdpDefect.Empty)]
    [InlineData("v=0\r\n", SdpDefect.NoMedia)]
    public void TryParse_NothingToPlay_SaysWhy(string text, SdpDefect expected)
    {
        Assert.False(SdpDocument.TryParse(Encoding.Latin1.GetBytes(text), out SdpDocument? document, out SdpDefect defect));
        Assert.Null(document);
        Assert.Equal(expected, defect);
    }

    [Fact]
    public void TryParse_AboveItsLimits_IsRefused()
    {
        string many = string.Concat(Enumerable.Repeat("m=video 0 RTP/AVP 96\n", SdpDocument.MediaMax + 1));
        Assert.False(SdpDocument.TryParse(Encoding.Latin1.GetBytes(many), out _, out SdpDefect defect));
        Assert.Equal(SdpDefect.TooManyMedia, defect);

        Assert.False(SdpDocument.TryParse(new byte[SdpDocument.BytesMax + 1], out _, out defect));
        Assert.Equal(SdpDefect.TooLong, defect);
    }

    [Fact]
    public void TryParse_EachPrefix_NeverThrows()
    {
        foreach (string name in new[] { "tplink.sdp", "broken_lines.sdp", "onvif_backchannel.sdp", "multicast.sdp" })
        {
            byte[] bytes = TestData.Bytes(name);
            for (int length = 0; length < bytes.Length; length++)
            {
                bool parsed = SdpDocument.TryParse(bytes.AsSpan(0, length), out SdpDocument? document, out SdpDefect defect);
                Assert.Equal(parsed, defect == SdpDefect.None);
                Assert.Equal(parsed, document is not null);
            }
        }
    }

    internal static SdpDocument Parse(string name) => ParseText(TestData.Text(name));

    internal static SdpDocument ParseText(string text)
    {
        Assert.True(SdpDocument.TryParse(Encoding.Latin1.GetBytes(text), out SdpDocument? document, out SdpDefect defect));
        Assert.Equal(SdpDefect.None, defect);
        return document;
    }
}
