using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>The simulator as the camera, with multicast and IPv6; its players begin with the cached pictures.</summary>
public sealed class EveryTransportSimulatorTests(ITestOutputHelper log) : EveryTransportTest(log)
{
    /// <summary>Of the clip, from key frame to key frame.</summary>
    private const int ClipKeyIntervalFrames = 50;

    [Theory]
    [InlineData("udp")]
    [InlineData("udp over IPv6")]
    [InlineData("tcp")]
    [InlineData("http")]
    [InlineData("tls")]
    [InlineData("multicast")]
    public async Task Play_ByEveryTransport_EachPlayerDecodesBothTracks(string backend)
    {
        SimulatedCamera camera = await StartSimulatorAsync(backend switch
        {
            "udp over IPv6" => ["--bind", "::1"],
            "tls" => ["--tls-port", "0"],
            "multicast" => ["--transports", "udp", "--multicast", "239.255.42.7:" + (FreePorts.Next() & ~1).ToString(CultureInfo.InvariantCulture)],
            _ => [],
        });
        string[] options = backend switch
        {
            "tcp" => ["-t"],
            "http" => ["-T", camera.Port.ToString(CultureInfo.InvariantCulture)],
            "tls" => ["--insecure-tls"],
            _ => [],
        };
        ProxyProcess proxy = await StartProxyAsync(["-V", "--start", "instant", .. options, camera.Urls[^1]]);

        await AssertPlaysEverywhereAsync(proxy, cachedFrames: ClipKeyIntervalFrames);

        string transport = proxy.Process.Lines().Last(line => line.Text.StartsWith("Transport:", StringComparison.Ordinal)).Text;
        Assert.Contains(
            backend switch
            {
                "multicast" => "multicast",
                "udp" or "udp over IPv6" => "server_port",
                _ => "RTP/AVP/TCP",
            },
            transport,
            StringComparison.Ordinal);
    }
}
