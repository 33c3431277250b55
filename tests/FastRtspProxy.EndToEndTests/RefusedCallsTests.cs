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
    // Levels and options by their numbers: SOL_UDP 17 with UDP_SEGMENT 103 and UDP_GRO 104; SOL_IP 0 with IP_RECVERR 11; SOL_IPV6 41 with IPV6_RECVERR 25; SOL_SOCKET 1 with SO_RXQ_OVFL 40, SO_RCVBUFFORCE 33.
    private const string Options = "setsockopt:17:103,setsockopt:17:104,setsockopt:0:11,setsockopt:41:25,setsockopt:1:40,setsockopt:1:33,setsockopt:1:32";

    [Theory]
    [InlineData("epoll_pwait2", 1)]
    [InlineData("epoll_pwait2", 38)]
    [InlineData("recvmmsg", 1)]
    [InlineData("recvmmsg", 38)]
    [InlineData("sendmmsg", 1)]
    [InlineData("sendmmsg", 38)]
    [InlineData(Options, 1)]
    [InlineData("epoll_pwait2,recvmmsg,sendmmsg," + Options, 38)]
    public async Task Call_WithATwin_PicturesAreDecodedOverUdpAndTcp(string calls, int errno)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartProxyByAsync(Refusal.Of(calls, errno), camera.Urls[0]);

        FfmpegPlayer[] players = [StartFfmpeg(proxy.PlayUrl, "udp"), StartFfmpeg(proxy.PlayUrl, "tcp")];

        foreach (FfmpegPlayer player in players)
        {
            await player.WaitForVideoFramesAsync(25, Soon);
        }

        // A loop that takes a refusal for "nothing there" spins: it would use all of a processor. Two players and a camera of 2 Mbit/s are a few percent.
        TimeSpan before = proxy.CpuTime;
        int framesBefore = players[0].VideoFrames;
        await WaitUntilAsync("two more seconds of pictures", () => players[0].VideoFrames >= framesBefore + 50);
        Assert.InRange((proxy.CpuTime - before).TotalSeconds, 0, 1);
    }

    [Theory]
    [InlineData("eventfd2", 1)]
    [InlineData("eventfd2", 38)]
    [InlineData("accept4", 1)]
    [InlineData("accept4", 38)]
    [InlineData("epoll_wait,epoll_pwait2", 1)]
    public async Task Call_WithoutATwin_EndsTheStartWithASentence(string calls, int errno)
    {
        string[] command = [.. Refusal.Of(calls, errno), Prerequisites.ProxyBinary, "-p", $"{FreePorts.Next()}", "rtsp://127.0.0.1:9/x"];
        ChildProcess proxy = StartProgram("proxy", command[0], command[1..]);

        Assert.Equal(1, await proxy.WaitForExitAsync(Soon));
        Assert.Contains(proxy.Lines(), line => line.Text.Contains(calls.Split(',')[0].TrimEnd('2', '4'), StringComparison.Ordinal));
        Assert.DoesNotContain(proxy.Lines(), line => line.Text.StartsWith("   at ", StringComparison.Ordinal));
    }
}
