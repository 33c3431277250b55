using FastRtspProxy.Simulator;
using FastRtspProxy.Tests.SimulatedCamera;
using FastRtspProxy.Tests.Simulator.Dialogue;

namespace FastRtspProxy.Tests.Simulator.Probe;

public class ProbeTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Probe_TheSimulatedCamera_SaysWhatTheStreamIs(string transport)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { EmbedSei = true, StartsAtKeyFrame = false });
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["probe", "-t", transport, "-d", "3s", camera.Url], output, output);

        string text = output.ToString();
        Assert.Equal(ExitCode.Passed, code);
        Assert.Contains("track 1: video H264/90000", text, StringComparison.Ordinal);
        Assert.Contains("track 2: audio MPEG4-GENERIC/48000", text, StringComparison.Ordinal);
        Assert.Contains("access units verified", text, StringComparison.Ordinal);
        Assert.Contains("sender reports", text, StringComparison.Ordinal);
        Assert.Contains("ok  S7 ", text, StringComparison.Ordinal);
        Assert.Contains("ok  S10", text, StringComparison.Ordinal);
        Assert.Matches(@"ok  S27  RFC 2326 12\.38 +Timestamp comes back: ", text);
        Assert.Matches(@"ok  R1   RFC 3550 6\.1 +compound packets begin", text);
        Assert.Contains("docs/conformance.md", text, StringComparison.Ordinal);
        Assert.Contains("ok  S15", text, StringComparison.Ordinal);
        Assert.Contains("ok  S30", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_OverTls_SaysWhatTheStreamIs()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { TlsPort = 0, EmbedSei = true });
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["probe", "--insecure-tls", "-d", "2s", camera.Server.TlsUrls[0]], output, output);

        Assert.Equal(ExitCode.Passed, code);
        Assert.Contains("track 1: video H264/90000", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ok  S15", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ACertificateThatNobodyKnows_IsRefusedWithTheRemedy()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { TlsPort = 0 });
        using StringWriter output = new();

        Assert.Equal(ExitCode.Failed, await SimulatorProgram.RunAsync(["probe", camera.Server.TlsUrls[0]], output, output));
        Assert.Contains("--insecure-tls", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("closes", "TEARDOWN: the server has closed the connection")]
    [InlineData("sends nonsense", "TEARDOWN: the server sends what is neither an answer nor a frame")]
    public async Task Probe_AServerThatDoesNotAnswerTheTeardown_IsReportedOnNevertheless(string teardown, string expected)
    {
        using DialoguePeer server = new(tls: false);
        using StringWriter output = new();
        Task<int> probing = SimulatorProgram.RunAsync(["probe", "--no-checks", "-d", "100ms", "--timeout", "60s", server.Url], output, output);

        await PlayAsync(server);
        while (!(await server.ReadRequestAsync()).Contains("TEARDOWN ", StringComparison.Ordinal))
        {
        }

        if (teardown == "closes")
        {
            server.Close();
        }
        else
        {
            await server.WriteAsync("hello there, this is no RTSP\r\n");
        }

        Assert.Equal(ExitCode.Passed, await probing);
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"packets +1, lost 0", output.ToString());
    }

    [Theory]
    [InlineData("resets", "the server closed the connection while playing")]
    [InlineData("sends nonsense", "while playing, the server sends what is neither an answer nor a frame")]
    public async Task Probe_AServerThatEndsItWhilePlaying_IsReportedOnNevertheless(string end, string expected)
    {
        using DialoguePeer server = new(tls: false);
        using WatchedWriter output = new();
        Task<int> probing = SimulatorProgram.RunAsync(["probe", "--no-checks", "-d", "5m", "--timeout", "60s", server.Url], output, output);

        await PlayAsync(server);
        await output.Watching.WaitAsync(TimeSpan.FromSeconds(60));
        if (end == "resets")
        {
            server.Close(reset: true);
        }
        else
        {
            await server.WriteAsync("hello there, this is no RTSP\r\n");
        }

        Assert.Equal(ExitCode.Passed, await probing);
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"packets +1, lost 0", output.ToString());
    }

    [Fact]
    public async Task Probe_ALongLook_KeepsTheSession()
    {
        using DialoguePeer server = new(tls: false);
        using StringWriter output = new();
        Task<int> probing = SimulatorProgram.RunAsync(["probe", "--no-checks", "-d", "5m", "--timeout", "60s", server.Url], output, output);

        await PlayAsync(server, session: "12345678;timeout=2");
        for (int i = 0; i < 2; i++)
        {
            while (!(await server.ReadRequestAsync()).Contains("GET_PARAMETER ", StringComparison.Ordinal))
            {
            }

            await server.WriteAsync("RTSP/1.0 501 Not Implemented\r\nCSeq: 5\r\n\r\n");
        }

        server.Close();

        Assert.Equal(ExitCode.Passed, await probing);
        Assert.Contains("the server closed the connection while playing", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_AServerThatChoosesOtherChannels_IsHeardOnThem()
    {
        using DialoguePeer server = new(tls: false);
        using StringWriter output = new();
        Task<int> probing = SimulatorProgram.RunAsync(["probe", "--no-checks", "-d", "100ms", "--timeout", "60s", server.Url], output, output);

        await PlayAsync(server, channel: 6);
        while (!(await server.ReadRequestAsync()).Contains("TEARDOWN ", StringComparison.Ordinal))
        {
        }

        server.Close();

        Assert.Equal(ExitCode.Passed, await probing);
        Assert.Contains("ODD S20  ", output.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"packets +1, lost 0", output.ToString());
    }

    [Fact]
    public async Task Probe_NobodyListens_SaysSoAndExits1()
    {
        using StringWriter errors = new();

        Assert.Equal(ExitCode.Failed, await SimulatorProgram.RunAsync(["probe", "rtsp://127.0.0.1:1/x"], TextWriter.Null, errors));
        Assert.Contains("127.0.0.1:1", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_BadTransport_Exits2()
    {
        using StringWriter errors = new();

        Assert.Equal(ExitCode.BadOptions, await SimulatorProgram.RunAsync(["probe", "-t", "pigeon", "rtsp://127.0.0.1:1/x"], TextWriter.Null, errors));
        Assert.Contains("udp or tcp", errors.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Answers up to PLAY, and sends one packet of the one track before the answer to it.</summary>
    private static async Task PlayAsync(DialoguePeer server, byte channel = 0, string session = "12345678")
    {
        await server.AcceptAsync();
        Assert.StartsWith("OPTIONS ", await server.ReadRequestAsync(), StringComparison.Ordinal);
        await server.WriteAsync("RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n");
        Assert.StartsWith("DESCRIBE ", await server.ReadRequestAsync(), StringComparison.Ordinal);
        const string Sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:track1\r\n";
        await server.WriteAsync($"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: {Sdp.Length}\r\n\r\n{Sdp}");
        Assert.StartsWith("SETUP ", await server.ReadRequestAsync(), StringComparison.Ordinal);
        string transport = $"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}";
        await server.WriteAsync($"RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: {session}\r\nTransport: {transport}\r\n\r\n");
        Assert.StartsWith("PLAY ", await server.ReadRequestAsync(), StringComparison.Ordinal);
        byte[] packet = [(byte)'$', channel, 0, 13, 0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0xFF];
        await server.WriteAsync(packet);
        await server.WriteAsync("RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 12345678\r\n\r\n");
    }

    private sealed class WatchedWriter : StringWriter
    {
        private readonly TaskCompletionSource _watching = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The answer to PLAY has been read.</summary>
        public Task Watching => _watching.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("watching for", StringComparison.Ordinal) == true)
            {
                _watching.TrySetResult();
            }
        }
    }
}
