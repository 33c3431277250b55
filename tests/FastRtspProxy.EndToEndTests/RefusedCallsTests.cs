using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// System calls that a container's profile takes away, by a seccomp filter, each with the answers that profiles give: EPERM (1, Docker's older ones) and ENOSYS (38). What has a twin is replaced and pictures
/// are decoded; what has none ends the start with a sentence.
/// </summary>
public sealed class RefusedCallsTests(ITestOutputHelper log) : EndToEndTest(log)
{
    // setsockopt(2) by level and option. udp(7): SOL_UDP 17 with UDP_SEGMENT 103, UDP_GRO 104. ip(7): SOL_IP 0 with IP_RECVERR 11. ipv6(7): SOL_IPV6 41 with IPV6_RECVERR 25. socket(7): SOL_SOCKET 1 with
    // SO_SNDBUF 7, SO_RCVBUF 8, SO_SNDBUFFORCE 32, SO_RCVBUFFORCE 33, SO_RXQ_OVFL 40.
    private const string Segments = "setsockopt:17:103";
    private const string JoinedDatagrams = "setsockopt:17:104";
    private const string OtherOptions = "setsockopt:0:11,setsockopt:41:25,setsockopt:1:7,setsockopt:1:8,setsockopt:1:32,setsockopt:1:33,setsockopt:1:40";
    private const string All = $"epoll_pwait2,recvmmsg,sendmmsg,prlimit64,{Segments},{JoinedDatagrams},{OtherOptions}";

    /// <summary>Cameras and proxies, all of them under the filter: the camera sends to one proxy over UDP and to one over TCP, and they to players over both.</summary>
    [Theory]
    [InlineData("epoll_pwait2", 1, "epoll_pwait2 is refused")]
    [InlineData("epoll_pwait2", 38, "epoll_pwait2 is refused")]
    [InlineData("recvmmsg", 1, "recvmmsg is refused")]
    [InlineData("recvmmsg", 38, "recvmmsg is refused")]
    [InlineData("sendmmsg", 1, "sendmmsg is refused")]
    [InlineData("sendmmsg", 38, "sendmmsg is refused")]
    [InlineData(Segments, 1, "UDP_SEGMENT) is refused")]
    [InlineData(Segments, 38, "UDP_SEGMENT) is refused")]
    [InlineData(JoinedDatagrams, 1, null)]
    [InlineData(JoinedDatagrams, 38, null)]
    [InlineData(All, 1, "sendmmsg is refused")]
    [InlineData(All, 38, "sendmmsg is refused")]
    public async Task Call_WithATwin_PicturesAreDecodedOverUdpAndTcp(string calls, int errno, string? sentence)
    {
        string[] refusing = Refusal.Of(calls, errno);
        SimulatedCamera camera = await StartSimulatorByAsync(refusing);
        ProxyProcess overUdp = await StartProxyByAsync(refusing, "--always-on", "--start", "instant", camera.Urls[0]);
        ProxyProcess overTcp = await StartProxyByAsync(refusing, "--always-on", "--start", "instant", "-t", camera.Urls[0]);
        if (sentence is not null)
        {
            await overUdp.Process.WaitForLineAsync("what is refused", line => line.IsError && line.Text.Contains(sentence, StringComparison.Ordinal), Soon);
        }

        FfmpegPlayer[] players = [StartFfmpeg(overUdp.PlayUrl, "udp"), StartFfmpeg(overUdp.PlayUrl, "tcp"), StartFfmpeg(overTcp.PlayUrl, "udp"), StartFfmpeg(overTcp.PlayUrl, "tcp")];
        foreach (FfmpegPlayer player in players)
        {
            await player.WaitForVideoFramesAsync(25, Soon);
        }

        // A loop that takes a refusal for "nothing there" spins: it has all the time since its start. Two players and a camera of 2 Mbit/s are a few percent.
        foreach (ProxyProcess proxy in (ProxyProcess[])[overUdp, overTcp])
        {
            Assert.True(proxy.CpuTime < proxy.Process.Elapsed / 2, $"{proxy.CpuTime.TotalSeconds:F2} s of processor time in {proxy.Process.Elapsed.TotalSeconds:F2} s");
        }
    }

    [Theory]
    [InlineData("eventfd2", 1, "eventfd")]
    [InlineData("eventfd2", 38, "eventfd")]
    [InlineData("accept4", 1, "accept4")]
    [InlineData("accept4", 38, "accept4")]
    [InlineData("epoll_create1", 1, "epoll_create1")]
    [InlineData("epoll_ctl", 38, "epoll_ctl")]
    [InlineData("epoll_wait,epoll_pwait2", 1, "epoll_wait")]
    [InlineData("sendmsg", 1, "sendmsg")]
    [InlineData("recvmsg", 38, "recvmsg")]
    [InlineData("setsockopt", 1, "setsockopt")]
    [InlineData("getsockopt", 1, "getsockopt")]
    public async Task Call_WithoutATwin_EndsTheStartWithASentence(string calls, int errno, string named)
    {
        string[] refusing = Refusal.Of(calls, errno);
        ChildProcess[] programs =
        [
            StartProgramBy(refusing, "proxy", Prerequisites.ProxyBinary, "--demo", "-p", $"{FreePorts.Next()}"),
            StartProgramBy(refusing, "rtspsim camera", Prerequisites.SimulatorBinary, "camera", "--port", $"{FreePorts.Next()}"),
        ];
        foreach (ChildProcess program in programs)
        {
            Assert.Equal(1, await program.WaitForExitAsync(Soon));
            await program.WaitForLineAsync("what is refused", line => line.IsError && line.Text.Contains($"{named} is refused here (errno {errno})", StringComparison.Ordinal), Soon);
            Assert.DoesNotContain(program.Lines(), line => line.Text.StartsWith("   at ", StringComparison.Ordinal));
        }
    }
}
