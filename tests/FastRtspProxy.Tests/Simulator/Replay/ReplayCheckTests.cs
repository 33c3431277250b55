using FastRtspProxy.Simulator;
using FastRtspProxy.Tests.Simulator.Dialogue;

namespace FastRtspProxy.Tests.Simulator.Replay;

public class ReplayCheckTests
{
    [Fact]
    public async Task Check_ALongCapture_KeepsTheSession()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Captures", "Files", "vlc.frpcap");
        using DialoguePeer server = new(tls: false);
        using StringWriter output = new();
        Task<int> checking = SimulatorProgram.RunAsync(
            ["replay", "--check", file, server.Url, "--port", "0", "--duration", "5m", "--timeout", "60s"], output, output);

        await server.AcceptAsync();
        const string Sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:track1\r\n";
        await AnswerAsync(server, "DESCRIBE ", $"Content-Type: application/sdp\r\nContent-Length: {Sdp.Length}\r\n", Sdp);
        await AnswerAsync(server, "SETUP ", "Session: 12345678;timeout=2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
        await AnswerAsync(server, "PLAY ");
        await AnswerAsync(server, "GET_PARAMETER ");
        await AnswerAsync(server, "GET_PARAMETER ");
        server.Close();

        Assert.Equal(ExitCode.Failed, await checking); // nothing came
    }

    private static async Task AnswerAsync(DialoguePeer server, string method, string headers = "", string body = "")
    {
        Assert.StartsWith(method, await server.ReadRequestAsync(), StringComparison.Ordinal);
        await server.WriteAsync($"RTSP/1.0 200 OK\r\nCSeq: 1\r\n{headers}\r\n{body}");
    }
}
