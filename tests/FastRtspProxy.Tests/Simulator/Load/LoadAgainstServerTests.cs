using System.CommandLine;
using System.Net;
using FastRtspProxy.Simulator;
using FastRtspProxy.Tests.Simulator.Dialogue;

namespace FastRtspProxy.Tests.Simulator.Load;

/// <summary>A client of the crowd against a server whose every word is the test's.</summary>
public class LoadAgainstServerTests
{
    [Fact]
    public async Task Load_ATeardownWhoseNonceWasTooOld_IsSentAgain()
    {
        using DialoguePeer server = new(tls: false);
        using StringWriter output = new();
        using CancellationTokenSource stop = new(); // as Ctrl-C
        string url = server.Url.Replace("rtsp://", "rtsp://u:p@", StringComparison.Ordinal);

        // Whoever plays leaves at once.
        Task<int> running = RunAsync(output, stop.Token, "-t", "tcp", "--churn", "100/s", url);
        await DescribeAsync(server); // how many tracks there are
        await DescribeAsync(server);
        await AnswerAsync(server, "SETUP ", "200 OK\r\nSession: 12345678\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1");
        await AnswerAsync(server, "PLAY ", "200 OK\r\nSession: 12345678");
        byte[] packet = [(byte)'$', 0, 0, 13, 0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0xFF];
        await server.WriteAsync(packet);
        await AnswerAsync(server, "TEARDOWN ", "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n1\"");
        string again = await AnswerAsync(server, "TEARDOWN ", "200 OK");
        await stop.CancelAsync();
        await running;

        Assert.Contains("nonce=\"n1\"", again, StringComparison.Ordinal);
        Assert.DoesNotContain("error", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_TunnelToAnIPv6Address_NamesTheHostInBrackets()
    {
        using DialoguePeer server = new(tls: false, IPAddress.IPv6Loopback);
        using StringWriter output = new();
        using CancellationTokenSource stop = new(); // as Ctrl-C
        Task<int> running = RunAsync(output, stop.Token, "-t", "http", server.Url);

        await DescribeAsync(server);
        await server.AcceptAsync();
        string get = await server.ReadRequestAsync();
        await stop.CancelAsync();
        await running;

        Assert.Contains($"\r\nHost: [::1]:{server.Port}\r\n", get, StringComparison.Ordinal);
    }

    private static Task<int> RunAsync(StringWriter output, CancellationToken stop, params string[] arguments) =>
        SimulatorProgram.CreateRoot(output, output)
            .Parse(["load", "--plain", "--threads", "1", "-d", "5m", "--timeout", "60s", .. arguments])
            .InvokeAsync(
                new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                stop);

    private static async Task DescribeAsync(DialoguePeer server)
    {
        const string Sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:track1\r\n";
        await server.AcceptAsync();
        _ = await AnswerAsync(server, "DESCRIBE ", $"200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {Sdp.Length}", Sdp);
    }

    /// <summary>Waits for such a request, passing over reports in front of it.</summary>
    private static async Task<string> AnswerAsync(DialoguePeer server, string method, string answer, string body = "")
    {
        string request;
        do
        {
            request = await server.ReadRequestAsync();
        }
        while (!request.Contains(method, StringComparison.Ordinal));
        await server.WriteAsync($"RTSP/1.0 {answer}\r\nCSeq: 1\r\n\r\n{body}");
        return request;
    }
}
