using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Rubbish sent to the port, and cameras that answer rubbish, while a player plays on.</summary>
public sealed class BadInputTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Fact]
    public async Task Clients_SendRubbish_PlayerPlaysOnAndMemoryStays()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp", 8);
        await player.WaitForVideoFramesAsync(25, Soon);
        long residentBefore = proxy.ResidentBytes;

        Random random = new(20260701);
        for (int round = 0; round < 40; round++)
        {
            foreach (byte[] rubbish in Rubbish(proxy, random))
            {
                await SendAndForgetAsync(proxy.Port, rubbish);
            }
        }

        IReadOnlyList<DecodedTrack> decoded = await player.FinishAsync(TimeSpan.FromSeconds(90));
        long grown = proxy.ResidentBytes - residentBefore;

        AssertVideo(decoded[0], 8);
        Assert.False(proxy.Process.HasExited);
        Assert.True(grown < 48 << 20, $"resident memory grew by {grown >> 20} MB");
        Log.WriteLine($"grew by {grown >> 10} KB, used {proxy.CpuTime.TotalSeconds:F2} s of CPU");
    }

    [Theory]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 1099511627776\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nCSe")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n<html>")]
    [InlineData("\0\u0001\u0002 not RTSP at all \r\n\r\n")]
    public async Task Camera_AnswersRubbish_OneClearLineAndTheOtherStreamPlays(string answer)
    {
        using CancellationTokenSource stop = new();
        int port = FreePorts.Next();
        Task rubbishCamera = AnswerEveryoneAsync(port, Encoding.Latin1.GetBytes(answer), stop.Token);
        CameraProcess camera = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartProxyForAsync(2, $"rtsp://127.0.0.1:{port}/rubbish", camera.Url);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrls[1], "tcp", 3).FinishAsync(Soon);

        AssertVideo(decoded[0], 3);
        await proxy.Process.WaitForLineAsync(
            "a line that names the stream", line => line.IsError && line.Text.Contains($"127.0.0.1:{port}", StringComparison.Ordinal) && !line.Text.Contains("proxying the stream", StringComparison.Ordinal), Soon);
        Assert.True(proxy.ResidentBytes < 256 << 20, $"{proxy.ResidentBytes >> 20} MB resident");
        await stop.CancelAsync();
        await rubbishCamera;
    }

    /// <summary>Neither what waits for them nor the garbage of their requests outgrows what the start line names.</summary>
    [Fact]
    public async Task Strangers_AskWithoutReadingAnswers_MemoryStays()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartProxyAsync("--memory", "64M", camera.Urls[0]);
        await StartFfmpeg(proxy.PlayUrl, "tcp", 1).FinishAsync(Soon);
        long residentBefore = proxy.ResidentBytes;
        byte[] questions = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"DESCRIBE {proxy.PlayUrl} RTSP/1.0\r\nCSeq: 1\r\n\r\n", 500)));
        List<Socket> strangers = [];
        long most = 0;
        try
        {
            for (int i = 0; i < 600; i++)
            {
                Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                strangers.Add(stranger);
                stranger.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{2 + (i % 8)}"), 0));
                await stranger.ConnectAsync("127.0.0.1", proxy.Port);
                stranger.Blocking = false;
            }

            // Until nothing more is taken from any of them.
            for (int idle = 0; idle < 5;)
            {
                long taken = strangers.Sum(stranger => TrySend(stranger, questions));
                idle = taken == 0 ? idle + 1 : 0;
                most = Math.Max(most, proxy.ResidentBytes);
                await Task.Delay(100);
            }
        }
        finally
        {
            strangers.ForEach(static stranger => stranger.Dispose());
        }

        Log.WriteLine($"{residentBefore >> 20} MB, at most {most >> 20} MB");
        Assert.True(most - residentBefore < 64 << 20, $"resident memory grew from {residentBefore >> 20} to {most >> 20} MB");
    }

    private static int TrySend(Socket socket, byte[] bytes)
    {
        int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? sent : 0;
    }

    private static IEnumerable<byte[]> Rubbish(ProxyProcess proxy, Random random)
    {
        byte[] noise = new byte[random.Next(1, 4000)];
        random.NextBytes(noise);
        string url = proxy.PlayUrl;
        yield return noise;
        yield return Encoding.ASCII.GetBytes(new string('A', 60_000));
        yield return Encoding.ASCII.GetBytes($"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nX: {new string('y', 10_240)}\r\n\r\n");
        yield return Encoding.ASCII.GetBytes($"DESCRIBE {url} RTSP/1.0\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 10_000))}\r\n");
        yield return Encoding.ASCII.GetBytes($"SET_PARAMETER {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1099511627776\r\n\r\nx");
        yield return Encoding.ASCII.GetBytes($"PLAY {url} RTSP/1.0\r\nCSeq: 1\r\nSession: 0123456789ABCDEF\r\n\r\n");
        yield return Encoding.ASCII.GetBytes($"SETUP {url}/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=300-999;;=;\r\n\r\n");
        yield return Encoding.ASCII.GetBytes($"DESC");
        yield return [(byte)'$', 200, 0, 4, 1, 2, 3, 4, (byte)'$', 1, 255, 255];
        yield return [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    }

    /// <summary>Sends, reads what comes for a moment, closes; that the other side closes first is its right.</summary>
    private static async Task SendAndForgetAsync(int port, byte[] bytes)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port);
        try
        {
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(bytes);
            using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(5));
            _ = await stream.ReadAsync(new byte[4096], limit.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
            // Closed, or no answer: both are allowed.
        }
    }

    private static async Task AnswerEveryoneAsync(int port, byte[] answer, CancellationToken stop)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop);
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], stop);
                await stream.WriteAsync(answer, stop);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or the proxy has enough of this answer.
            }
        }
    }
}
