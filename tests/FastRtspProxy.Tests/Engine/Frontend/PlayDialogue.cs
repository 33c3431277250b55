using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What tests of playing clients share.</summary>
internal static class PlayDialogue
{
    public static string Interleaved(int channel) => $"Transport: RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}";

    public static async Task<string> SetUpTcpAsync(FrontendHost host, RtspTestClient client, int tracks = 2, int firstChannel = 0)
    {
        string? session = null;
        for (int i = 0; i < tracks; i++)
        {
            string url = $"{host.Url}/track{i + 1}";
            string transport = Interleaved(firstChannel + (2 * i));
            RtspTestResponse response = session is null
                ? await client.RequestAsync("SETUP", url, transport)
                : await client.RequestAsync("SETUP", url, transport, "Session: " + session);
            Assert.Equal(200, response.Status);
            session = response.Session;
        }

        return session!;
    }

    public static async Task<string> SetUpUdpAsync(FrontendHost host, RtspTestClient client, UdpTestReceiver receiver)
    {
        RtspTestResponse response = await client.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
        Assert.Equal(200, response.Status);
        return response.Session!;
    }

    public static int ServerPort(RtspTestResponse setup) =>
        TransportHeader.Parse(setup.Header("Transport")!)[0].ServerPort!.Value.Rtp;

    public static bool HasBye(byte[] compound, uint ssrc)
    {
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            if (packet.Type == RtcpPacketType.Bye && packet.Ssrc == ssrc)
            {
                return true;
            }
        }

        return false;
    }
}
