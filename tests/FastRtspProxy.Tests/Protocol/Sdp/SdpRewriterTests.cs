using System.Text;
using FastRtspProxy.Protocol.Sdp;

namespace FastRtspProxy.Tests.Protocol.Sdp;

public class SdpRewriterTests
{
    private static readonly SdpRewriteOptions s_options = new() { SessionId = 123456789, OriginAddress = "192.0.2.1", Tool = "FastRtspProxy" };

    [Fact]
    [Rule("S12")]
    public void ForFrontend_AnyDescription_HasWhatPlayersNeedInOrder()
    {
        string[] lines = Lines("onvif_backchannel.sdp");

        Assert.Equal(["v=0", "o=- 123456789 1 IN IP4 192.0.2.1", "s=Live streaming", "b=AS:5050", "t=0 0"], lines[..5]);
        Assert.Contains("a=control:*", lines);
        Assert.Contains("a=range:npt=now-", lines);
        Assert.Equal(["a=control:*", "a=control:track1", "a=control:track2", "a=control:track3"], lines.Where(line => line.StartsWith("a=control", StringComparison.Ordinal)));
        Assert.Equal(
            ["m=video 0 RTP/AVP 96", "m=audio 0 RTP/AVP 0", "m=application 0 RTP/AVP 107"], lines.Where(line => line.StartsWith("m=", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line == "c=IN IP4 0.0.0.0"));
    }

    /// <summary>A recording's times are the recorder's to say, at both levels; the way to it is not.</summary>
    [Fact]
    public void ForFrontend_OfARecording_KeepsItsTimes()
    {
        Assert.True(SdpDocument.TryParse(
            Encoding.Latin1.GetBytes("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=R\r\nt=3973000000 3973003600\r\na=range:clock=20261125T100000Z-20261125T110000Z\r\na=control:rtsp://192.0.2.9/r\r\n"
            + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=range:npt=0-3600\r\na=control:a\r\n"), out SdpDocument? recorder, out _));

        string[] lines = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(recorder!, s_options with { KeepsTimes = true })).Split("\r\n");

        Assert.Equal(
            ["t=3973000000 3973003600", "a=range:clock=20261125T100000Z-20261125T110000Z", "a=range:npt=0-3600"],
            lines.Where(static line => line.StartsWith("t=", StringComparison.Ordinal) || line.Contains("range", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, static line => line.Contains("broadcast", StringComparison.Ordinal) || line.Contains("192.0.2.9", StringComparison.Ordinal));
    }

    [Fact]
    public void ForFrontend_ATrackIsLeftOut_TheOthersKeepTheirNames()
    {
        SdpDocument camera = SdpDocumentTests.Parse("onvif_backchannel.sdp");

        string[] lines = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(camera, s_options with { LeftOutTracks = 0b10 })).Split("\r\n");

        Assert.Equal(["a=control:*", "a=control:track1", "a=control:track3"], lines.Where(line => line.StartsWith("a=control", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.StartsWith("m=audio", StringComparison.Ordinal));
    }

    /// <summary>RFC 4585 section 4.2, RFC 5104 section 7.1: a client asks where it is offered. What the camera offers itself is the way to it.</summary>
    [Fact]
    public void ForFrontend_PicturesThatCanBeAskedFor_SayThatAClientMayAsk()
    {
        const string Plain = "s=x\nm=audio 0 RTP/AVP 0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:v\nm=video 0 RTP/AVP 97\na=rtpmap:97 H264/90000\n";
        SdpDocument camera = SdpDocumentTests.ParseText(Plain.Replace("a=control:v", "a=rtcp-fb:* nack\na=rtcp-fb:96 nack pli", StringComparison.Ordinal));

        string[] lines = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(camera, s_options with { KeyFrameTracks = 0b10 })).Split("\r\n");

        Assert.Equal(
            ["m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVP 96", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 ccm fir", "m=video 0 RTP/AVP 97"],
            lines.Where(static line => line.StartsWith("m=", StringComparison.Ordinal) || line.Contains("rtcp-fb", StringComparison.Ordinal)));
        Assert.Equal(SdpRewriter.ForFrontend(SdpDocumentTests.ParseText(Plain), s_options), SdpRewriter.ForFrontend(camera, s_options));
    }

    [Fact]
    public void ForFrontend_CodecLines_AreByteIdentical()
    {
        SdpDocument camera = SdpDocumentTests.Parse("onvif_backchannel.sdp");
        string[] lines = Lines("onvif_backchannel.sdp");
        string[] kept = ["a=rtpmap", "a=fmtp", "a=framerate", "a=x-dimensions", "a=x-framerate", "a=cliprect", "a=extmap", "a=ptime", "b=", "i=", "a=recvonly"];

        foreach (SdpMedia media in SdpRewriter.Served(camera))
        {
            foreach (string line in media.Lines.Where(line => kept.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal))))
            {
                Assert.Contains(line, lines);
            }
        }

        Assert.Contains(lines, line => line.EndsWith("RAHgdrAmQA== ", StringComparison.Ordinal)); // the camera's own trailing blank
        Assert.Contains("a=Media_header:MEDIAINFO=494D4B4801010000040000010000000000000000", lines);
    }

    [Theory]
    [InlineData("a=rtcp")]
    [InlineData("a=crypto")]
    [InlineData("a=key-mgmt")]
    [InlineData("a=ssrc")]
    [InlineData("a=source-filter")]
    [InlineData("a=sendonly")]
    [InlineData("e=")]
    [InlineData("u=")]
    [InlineData("a=range:clock")]
    public void ForFrontend_LinesAboutTheCamerasSide_AreGone(string prefix)
    {
        Assert.DoesNotContain(Lines("onvif_backchannel.sdp"), line => line.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Whichever level a camera writes them at, and however it parts name and value.</summary>
    [Theory]
    [InlineData("candidate:1 1 UDP 1 10.0.0.9 5000 typ host")]
    [InlineData("remote-candidates:1 10.0.0.9 5000")]
    [InlineData("mikey:AAAA")]
    [InlineData("key-mgmt:mikey AAAA")]
    [InlineData("crypto\t1 AES_CM_128_HMAC_SHA1_80 inline:AAAA")]
    [InlineData("Crypto :1 AES_CM_128_HMAC_SHA1_80 inline:AAAA")]
    [InlineData("source-filter incl IN IP4 * 10.0.0.9")]
    [InlineData("ssrc-group:FID 1 2")]
    [InlineData("ice-lite")]
    [InlineData("rtcp-mux-only")]
    public void ForFrontend_AttributeOfTheWayToTheCamera_PassesAtNoLevel(string attribute)
    {
        string sdp = $"v=0\r\ns=x\r\na={attribute}\r\na=x-kept:1\r\nm=video 0 RTP/AVP 96\r\na={attribute}\r\na=rtpmap:96 H264/90000\r\n";
        Assert.True(SdpDocument.TryParse(Encoding.Latin1.GetBytes(sdp), out SdpDocument? document, out _));
        string served = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, s_options));
        Assert.DoesNotContain(attribute[..5], served, StringComparison.Ordinal);
        Assert.Contains("a=x-kept:1\r\n", served, StringComparison.Ordinal);
    }

    /// <summary>Servers put the name or the URL that they were asked into their words; any viewer reads them.</summary>
    [Theory]
    [InlineData("s=", "user=admin_password=geheim_channel=1_stream=0.sdp", "user=admin_password=***_channel=1_stream=0.sdp")]
    [InlineData("i=", "/user=admin&password=geheim&channel=1", "/user=admin&password=***&channel=1")]
    [InlineData("a=x-source:", "rtsp://admin:geheim@10.0.0.5/1?pwd=geheim", "rtsp://***@10.0.0.5/1?pwd=***")]
    public void ForFrontend_PasswordInTheCamerasWords_IsMaskedAtBothLevels(string line, string value, string shown)
    {
        string sdp = $"v=0\r\ns=x\r\n{line}{value}\r\nm=video 0 RTP/AVP 96\r\n{line}{value}\r\na=rtpmap:96 H264/90000\r\n".Replace(line == "s=" ? "s=x\r\n" : "\0", "", StringComparison.Ordinal);
        Assert.True(SdpDocument.TryParse(Encoding.Latin1.GetBytes(sdp), out SdpDocument? document, out _));

        string served = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, s_options));

        Assert.DoesNotContain("geheim", served, StringComparison.Ordinal);
        Assert.Equal(line == "s=" ? 1 : 2, served.Split("\r\n").Count(one => one == line + shown));
    }

    /// <summary>What a decoder needs may be called a key, and what is no password is nobody's.</summary>
    [Theory]
    [InlineData("a=fmtp:96 packetization-mode=1;ISMACrypKey=AAAA;sprop-parameter-sets=Z0IAKeKQ,aM48gA==")]
    [InlineData("a=x-note:a@b.example http://10.0.0.5/@a T\u00fcr \\ \"x\" 50%3A")]
    [InlineData("a=Media_header:MEDIAINFO=494D4B48010100000400000100000000")]
    [InlineData("i=H.264 Video, RtspServer_0.0.0.2 ")]
    public void ForFrontend_LineWithoutAPassword_IsByteIdentical(string line)
    {
        string sdp = $"v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\n{line}\r\na=rtpmap:96 H264/90000\r\n";
        Assert.True(SdpDocument.TryParse(Encoding.Latin1.GetBytes(sdp), out SdpDocument? document, out _));

        Assert.Contains(line, Encoding.Latin1.GetString(SdpRewriter.ForFrontend(document, s_options)).Split("\r\n"));
    }

    [Fact]
    public void ForFrontend_AddressOfTheCamera_IsNowhere()
    {
        Assert.DoesNotContain(Lines("onvif_backchannel.sdp"), line => line.Contains("192.0.2.61", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines("multicast.sdp"), line => line.Contains("239.1.2.3", StringComparison.Ordinal));
    }

    [Fact]
    public void Quirk_TpLinkApplicationTrack_IsLeftOut()
    {
        string[] lines = Lines("tplink.sdp");

        Assert.Equal(2, lines.Count(line => line.StartsWith("m=", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("TP-LINK/90000", StringComparison.Ordinal));
        Assert.Equal("a=control:track2", lines[^1]);
    }

    [Fact]
    public void Quirk_BrokenLines_GiveAValidDescription()
    {
        string[] lines = Lines("broken_lines.sdp");

        Assert.Equal("s=Front door", lines[2]);
        Assert.All(lines, line => Assert.Matches("^[a-z]=.", line));
        Assert.Equal(["a=fmtp:97"], lines.Where(line => line.StartsWith("a=fmtp", StringComparison.Ordinal)));
    }

    [Fact]
    public void ForFrontend_AvpfMulticast_BecomesPlainUnicastRtp()
    {
        string[] lines = Lines("multicast.sdp");

        Assert.Equal(["m=video 0 RTP/AVP 33", "m=audio 0 RTP/AVP 97"], lines.Where(line => line.StartsWith("m=", StringComparison.Ordinal)));
    }

    [Fact]
    public void ForFrontend_NoSessionName_TakesOurs()
    {
        string text = Encoding.Latin1.GetString(
            SdpRewriter.ForFrontend(SdpDocumentTests.ParseText("s=\nm=video 0 RTP/AVP 96\n"), s_options with { OriginAddress = "::1" }));

        Assert.Contains("s=FastRtspProxy\r\n", text, StringComparison.Ordinal);
        Assert.Contains("IN IP6 ::1\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1", "c=IN IP4 0.0.0.0")]
    [InlineData("::", "c=IN IP6 ::")]
    public void ForFrontend_Connection_IsOfTheFamilyOfTheOrigin(string origin, string expected)
    {
        string[] lines = Encoding.Latin1.GetString(
            SdpRewriter.ForFrontend(SdpDocumentTests.ParseText("c=IN IP4 10.0.0.9\nm=video 0 RTP/AVP 96\nc=IN IP6 ff15::1\nm=audio 0 RTP/AVP 0\n"), s_options with { OriginAddress = origin })).Split("\r\n");

        Assert.Equal([expected, expected], lines.Where(line => line.StartsWith("c=", StringComparison.Ordinal)));
    }

    [Fact]
    public void ForFrontend_LearntParameterSets_TakeThePlaceOfTheFmtp()
    {
        SdpDocument camera = SdpDocumentTests.ParseText("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1\n");

        string text = Encoding.Latin1.GetString(
            SdpRewriter.ForFrontend(camera, s_options with { Fmtp = new Dictionary<int, string> { [0] = "packetization-mode=1;sprop-parameter-sets=Z0==,aO==" } }));

        Assert.Contains("a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0==,aO==\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a=fmtp:96 packetization-mode=1\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tplink.sdp")]
    [InlineData("broken_lines.sdp")]
    [InlineData("onvif_backchannel.sdp")]
    [InlineData("multicast.sdp")]
    public void ForFrontend_ReadBackAndWrittenAgain_IsTheSame(string name)
    {
        byte[] once = SdpRewriter.ForFrontend(SdpDocumentTests.Parse(name), s_options);

        byte[] twice = SdpRewriter.ForFrontend(SdpDocumentTests.ParseText(Encoding.Latin1.GetString(once)), s_options);

        Assert.Equal(Encoding.Latin1.GetString(once), Encoding.Latin1.GetString(twice));
    }

    [Fact]
    public void ForFrontend_BytesAbove127_ComeOutAsTheyWentIn()
    {
        byte[] camera = [.. "s=T"u8, 0xfc, 0xC3, 0xBC, .. "r\nm=video 0 RTP/AVP 96\n"u8];
        Assert.True(SdpDocument.TryParse(camera, out SdpDocument? document, out _));

        byte[] bytes = SdpRewriter.ForFrontend(document, s_options);

        Assert.True(bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)'T', 0xfc, 0xC3, 0xBC, (byte)'r']) > 0);
    }

    private static string[] Lines(string name)
    {
        string text = Encoding.Latin1.GetString(SdpRewriter.ForFrontend(SdpDocumentTests.Parse(name), s_options));
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        return text[..^2].Split("\r\n");
    }
}
