using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Systemd;

/// <summary>Listening sockets that another program holds for the native binary (sd_listen_fds(3)).</summary>
public sealed class SocketActivationTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int SigUser1 = 10;
    private const string Ready = "Play this stream using the URL: ";
    private const string Unwanted = "the configuration listens at no such address";

    private static readonly string s_holder = Path.Combine(AppContext.BaseDirectory, "Systemd", "held.py");

    /// <summary>
    /// Two of three sockets are of the configuration. Who connects between two runs waits, and is served by the second one: RTSP and HTTP.
    /// </summary>
    [Fact]
    public async Task Held_ClientsBetweenTwoRuns_AreServedByTheSecond()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int rtsp = FreePorts.Next();
        int http = FreePorts.Next();
        int other = FreePorts.Next();
        using ConfigFile file = new(string.Create(
            CultureInfo.InvariantCulture,
            $"rtsp: {{listen: [\":{rtsp}\"]}}\nhttp: {{listen: \"127.0.0.1:{http}\"}}\nstreams: {{cam: {{source: \"{camera.Urls[0]}\"}}}}\n"));
        ChildProcess holder = StartProgram(
            "holder", Prerequisites.Python, s_holder, string.Create(CultureInfo.InvariantCulture, $"[::]:{rtsp},127.0.0.1:{http},127.0.0.1:{other}"),
            Prerequisites.ProxyBinary, "--config", file.Path);
        await holder.WaitForLineAsync("the first run", static line => line.Text.Contains(Ready, StringComparison.Ordinal), Soon);
        OutputLine said = await holder.WaitForLineAsync("what nobody wants", static line => line.Text.Contains(Unwanted, StringComparison.Ordinal), Soon);
        Assert.Contains($"127.0.0.1:{other} (descriptor 5, held)", said.Text, StringComparison.Ordinal);
        await PlaysAsync(rtsp);
        SignalProgram(holder, ChildProcess.SigTerm);
        await holder.WaitForLineAsync("its end", static line => line.Text.StartsWith("ended ", StringComparison.Ordinal), Soon);

        using TcpClient viewer = await ConnectAsync(rtsp, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        using TcpClient page = await ConnectAsync(http, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        holder.Signal(SigUser1);

        Assert.StartsWith("RTSP/1.0 200 OK", await FirstBytesAsync(viewer), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 OK", await FirstBytesAsync(page), StringComparison.Ordinal);
        await PlaysAsync(rtsp);
    }

    /// <summary>The manager holds it in any case: who set that up is told, and a later reload finds it again.</summary>
    [Fact]
    public async Task Held_AnAddressLeavesTheConfiguration_IsSaidAndCanComeBack()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int rtsp = FreePorts.Next();
        int http = FreePorts.Next();
        string streams = string.Create(CultureInfo.InvariantCulture, $"rtsp: {{listen: [\":{rtsp}\"]}}\nstreams: {{cam: {{source: \"{camera.Urls[0]}\"}}}}\n");
        string served = string.Create(CultureInfo.InvariantCulture, $"http: {{listen: \"127.0.0.1:{http}\"}}\n");
        using ConfigFile file = new(streams + served);
        ChildProcess holder = StartProgram(
            "holder", Prerequisites.Python, s_holder, string.Create(CultureInfo.InvariantCulture, $"[::]:{rtsp},127.0.0.1:{http}"), Prerequisites.ProxyBinary, "--config", file.Path);
        await holder.WaitForLineAsync("the first run", static line => line.Text.Contains(Ready, StringComparison.Ordinal), Soon);

        file.Replace(streams);

        OutputLine said = await holder.WaitForLineAsync("what nobody wants", static line => line.Text.Contains(Unwanted, StringComparison.Ordinal), Soon);
        Assert.Contains($"127.0.0.1:{http} (descriptor 4, held)", said.Text, StringComparison.Ordinal);
        using TcpClient page = await ConnectAsync(http, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        file.Replace(streams + served);
        Assert.StartsWith("HTTP/1.1 200 OK", await FirstBytesAsync(page), StringComparison.Ordinal);
    }

    /// <summary>By systemd's own tool, which becomes the program when the first client comes.</summary>
    [Fact]
    public async Task SocketActivate_FirstClient_IsServed()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        string at = string.Create(CultureInfo.InvariantCulture, $"0.0.0.0:{port}");
        ChildProcess tool = StartProgram(
            "systemd-socket-activate", Prerequisites.SocketActivate, "--listen", at, Prerequisites.ProxyBinary,
            "-p", port.ToString(CultureInfo.InvariantCulture), camera.Urls[0]);
        await WaitUntilAsync("it listens", () => FreePorts.IsTaken(port));

        using TcpClient viewer = await ConnectAsync(port, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");

        Assert.StartsWith("RTSP/1.0 200 OK", await FirstBytesAsync(viewer), StringComparison.Ordinal);
        Assert.DoesNotContain(tool.Lines(), static line => line.Text.Contains(Unwanted, StringComparison.Ordinal));
    }

    /// <summary>The sockets of another process are none of ours.</summary>
    [Fact]
    public async Task Held_ForAnotherProcess_AreLeftAlone()
    {
        SimulatedCamera camera = await StartSimulatorAsync();

        ProxyProcess proxy = await StartProxyAsync([camera.Urls[0]], ("LISTEN_PID", "1"), ("LISTEN_FDS", "2"));

        await PlaysAsync(proxy.Port, "stream1", proxy.PlayUrl);
        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains(Unwanted, StringComparison.Ordinal));
    }

    private async Task PlaysAsync(int port, string stream = "cam", string? url = null)
    {
        url ??= string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{port}/{stream}");
        FfmpegPlayer player = StartFfmpeg(url, "tcp");
        await player.WaitForVideoFramesAsync(10, Soon);
        player.Process.Signal(ChildProcess.SigTerm);
    }

    /// <summary>The holder's child.</summary>
    private static void SignalProgram(ChildProcess holder, int signal)
    {
        string pid = holder.Lines().Last(static line => line.Text.StartsWith("started ", StringComparison.Ordinal)).Text["started ".Length..];
        using Process kill = Process.Start("/bin/kill", [$"-{signal}", pid]);
        kill.WaitForExit();
    }

    private static async Task<TcpClient> ConnectAsync(int port, string text)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Soon);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        return client;
    }

    private static async Task<string> FirstBytesAsync(TcpClient client)
    {
        byte[] buffer = new byte[1024];
        int length = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Soon);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
