using System.Text;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Protocol.Sdp;

/// <summary>Descriptions of cameras that stretch the RFC, from parsing to what clients get.</summary>
public sealed class SdpQuirkTests
{
    [Fact]
    public void Quirk_UbiquitiEmptyFmtp_IsNoneAndTheOtherTracksStay()
    {
        SdpDocument document = SdpDocumentTests.Parse("ubiquiti.sdp");

        Assert.Equal(["mpeg4-generic", "opus", "H264"], document.Media.Select(m => m.EncodingName), StringComparer.OrdinalIgnoreCase);
        Assert.All(document.Media, m => Assert.True(string.IsNullOrWhiteSpace(m.Fmtp)));
        Assert.Equal([16_000, 48_000, 90_000], document.Media.Select(m => m.ClockRate));
        Assert.Equal(3, Lines(document).Count(l => l.StartsWith("m=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Quirk_FmtpOnAnotherTrack_EachTrackKeepsItsOwn()
    {
        SdpDocument document = SdpDocumentTests.Parse("fmtp_on_another_track.sdp");

        Assert.Null(document.Media[0].Fmtp);
        Assert.Equal("mode=AAC-hbr;config=1588", document.Media[1].Fmtp);
    }

    [Fact]
    public void Quirk_AxisMikeyTrack_IsServedInTheClearAndNoKeyIsPassedOn()
    {
        string[] lines = Lines(SdpDocumentTests.Parse("axis_mikey.sdp"));

        Assert.Equal(["m=video 0 RTP/AVP 96", "m=audio 0 RTP/AVP 0"], lines.Where(l => l.StartsWith("m=", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, l => l.Contains("mikey", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Quirk_DahuaTwoBackChannels_AreNotOffered()
    {
        string[] lines = Lines(SdpDocumentTests.Parse("dahua_two_backchannels.sdp"));

        Assert.Equal(["a=control:*", "a=control:track1", "a=control:track2"], lines.Where(l => l.StartsWith("a=control", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, l => l.Contains("sendonly", StringComparison.Ordinal));
    }

    [Fact]
    public void Quirk_TabsInThePlaceOfBlanks_AreBlanks()
    {
        SdpDocument document = SdpDocumentTests.ParseText(
            "m=video\t5000\tRTP/AVP\t96\nc=IN\tIP4\t239.1.2.3/16\na=rtpmap:96\tH264/90000\na=fmtp:96\tpacketization-mode=1\na=ssrc:7\tcname:x\n");
        SdpRewriteOptions learnt = new() { Fmtp = new Dictionary<int, string> { [0] = "packetization-mode=1;sprop-parameter-sets=Z0==,aO==" } };

        SdpMedia video = document.Media[0];
        string[] lines = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, learnt)).Split("\r\n");

        Assert.Equal("H264", video.EncodingName);
        Assert.Equal("239.1.2.3", video.ConnectionAddress);
        Assert.Equal(16, video.Ttl);
        Assert.Equal(7u, video.Ssrc);
        Assert.Equal(["a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0==,aO=="], lines.Where(l => l.StartsWith("a=fmtp", StringComparison.Ordinal)));
    }

    private static string[] Lines(SdpDocument document) => Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, new SdpRewriteOptions())).Split("\r\n");
}
