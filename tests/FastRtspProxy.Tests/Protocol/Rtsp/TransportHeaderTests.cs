using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class TransportHeaderTests
{
    [Fact]
    public void Parse_UdpRequest_GivesClientPorts()
    {
        TransportSpec spec = One("RTP/AVP;unicast;client_port=50000-50001");

        Assert.Equal(new TransportSpec { ClientPort = new PortPair(50000, 50001) }, spec);
    }

    [Theory]
    [InlineData("RTP/AVP/UDP;unicast;client_port=4-5", "RTP/AVP", false)]
    [InlineData("rtp/avp/tcp;interleaved=0-1", "RTP/AVP", true)]
    [InlineData("RTP/SAVP/TCP;unicast", "RTP/SAVP", true)]
    [InlineData("RAW/RAW/UDP;unicast", "RAW/RAW/UDP", false)]
    [InlineData("MP2T/H2221/UDP;unicast", "MP2T/H2221/UDP", false)]
    [InlineData("unicast;client_port=1-2", "RTP/AVP", false)]
    public void Parse_Profile_SaysTcpOrNot(string value, string profile, bool tcp)
    {
        TransportSpec spec = One(value);

        Assert.Equal((profile, tcp), (spec.Profile, spec.Tcp));
    }

    [Fact]
    [Rule("S14")]
    public void Parse_ListOfAlternatives_KeepsTheirOrder()
    {
        IReadOnlyList<TransportSpec> specs = TransportHeader.Parse(
            "RTP/AVP;multicast;port=5000-5001;ttl=16, RTP/AVP;unicast;client_port=6000-6001;mode=\"PLAY,RECORD\",RTP/AVP/TCP;interleaved=4-5");

        Assert.Equal(3, specs.Count);
        Assert.True(specs[0].Multicast);
        Assert.Equal((new PortPair(5000, 5001), 16), (specs[0].Port, specs[0].Ttl));
        Assert.Equal("PLAY,RECORD", specs[1].Mode);
        Assert.Equal(new ChannelPair(4, 5), specs[2].Interleaved);
    }

    [Fact]
    public void Quirk_HikvisionBlankBeforeSsrc_IsRead()
    {
        TransportSpec spec = One(RtspMessageParserTests.Parse(TestData.Text("hikvision_setup.txt")).Header("Transport")!);

        Assert.Equal((0x4cacc3d1u, new ChannelPair(0, 1), "play"), (spec.Ssrc, spec.Interleaved, spec.Mode));
        Assert.Equal(0x12u, One("RTP/AVP; ssrc = 12").Ssrc);
    }

    [Fact]
    public void Quirk_LuckfoxSsrcFirst_ProfileIsFound()
    {
        TransportSpec spec = One(RtspMessageParserTests.Parse(TestData.Text("luckfox_setup.txt")).Header("Transport")!);

        Assert.Equal((0x22345684u, true, new ChannelPair(2, 3)), (spec.Ssrc, spec.Tcp, spec.Interleaved));
    }

    [Theory]
    [InlineData("client_port=5000", 5000, 5001)]
    [InlineData("client_port=5000-", 5000, 5001)]
    [InlineData("client_port= 5000 - 5003 ", 5000, 5003)]
    public void Parse_PortForms_GivePair(string field, int rtp, int rtcp)
    {
        Assert.Equal(new PortPair(rtp, rtcp), One("RTP/AVP;" + field).ClientPort);
    }

    [Theory]
    [InlineData("client_port=")]
    [InlineData("client_port=x-y")]
    [InlineData("client_port=65535")]
    [InlineData("client_port=70000-70001")]
    [InlineData("client_port=99999999999999999")]
    [InlineData("client_port=-5")]
    public void Parse_BadPorts_AreLeftOut(string field)
    {
        Assert.Null(One("RTP/AVP;" + field).ClientPort);
    }

    [Theory]
    [InlineData("interleaved=0", 0, 1)]
    [InlineData("interleaved=300-301", 44, 45)]
    [InlineData("interleaved=255", 255, 0)]
    public void Parse_Channels_AreTakenModulo256(string field, byte rtp, byte rtcp)
    {
        Assert.Equal(new ChannelPair(rtp, rtcp), One("RTP/AVP/TCP;" + field).Interleaved);
    }

    [Theory]
    [InlineData("ssrc=0x1A", 0x1Au)]
    [InlineData("ssrc=xyz", null)]
    [InlineData("ssrc=123456789", null)]
    [InlineData("ssrc=", null)]
    public void Parse_Ssrc_HexOrNull(string field, uint? expected)
    {
        Assert.Equal(expected, One("RTP/AVP;" + field).Ssrc);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ,")]
    public void Parse_NothingInIt_IsEmpty(string value)
    {
        Assert.Empty(TransportHeader.Parse(value));
    }

    [Fact]
    public void Parse_ManyAlternatives_StopsAtALimit()
    {
        Assert.Equal(16, TransportHeader.Parse(string.Join(',', Enumerable.Repeat("RTP/AVP", 1000))).Count);
    }

    [Theory]
    [InlineData("RTP/AVP;unicast;destination=192.0.2.9;source=192.0.2.1;client_port=50000-50001;server_port=6970-6971")]
    [InlineData("RTP/AVP/TCP;unicast;destination=192.0.2.9;source=192.0.2.1;interleaved=6-7")]
    [InlineData("RTP/AVP;unicast;client_port=50000-50001")]
    [InlineData("RTP/AVP;multicast;destination=239.1.1.1;source=192.0.2.1;port=5000-5001;ttl=16")]
    [InlineData("RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000ABCD;mode=\"PLAY\"")]
    public void Format_WhatWasParsed_IsLive555sOrder(string value)
    {
        Assert.Equal(value, TransportHeader.Format(One(value)));
    }

    private static TransportSpec One(string value) => Assert.Single(TransportHeader.Parse(value));
}
