using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Viewers over rtsps: players of several makers, what a scan of the port finds, and certificates that are renewed.</summary>
public sealed class RtspsTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private const double Seconds = 3;

    /// <summary>Requests that fill most of a record.</summary>
    private const int Requests = 5;

    private const string LastAnswer = "CSeq: 5";

    /// <summary>Half-way between a viewer with OpenSSL's buffers and one without.</summary>
    private const int ViewerBytesMax = 52 * 1024;

    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData("tcp", "rtsps")]
    [InlineData("https", "rtsp")] // ffmpeg's tunnel: the scheme of the URL stays, TLS is HTTP's
    public async Task Play_ByFfmpeg_DecodesEveryFrame(string transport, string scheme)
    {
        (_, int port) = await StartBothAsync();

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(Url(port, scheme), transport, Seconds).FinishAsync(Soon);

        AssertVideo(decoded[0], Seconds);
        AssertAudio(decoded[1], Seconds);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("http")]
    public async Task Play_ByRtspsrc_DecodesEveryFrame(string protocols)
    {
        (_, int port) = await StartBothAsync();

        (int frames, int videoMilliseconds, _) = await StartRtspsrc(Url(port), protocols, Seconds).FinishAsync(Soon);

        AssertRtspsrc(frames, videoMilliseconds, Seconds);
    }

    /// <summary>Each access unit is compared with the checksum that the camera has put into it, while others come in the clear.</summary>
    [Fact]
    public async Task Play_ByACrowdBesideOneInTheClear_NothingIsLostOrDamaged()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--audio", "none", "--bitrate", "4M", "--gop", "25");
        (ProxyProcess proxy, int port) = await StartProxyWithTlsAsync(camera.Urls[0]);

        ChildProcess secure = StartProgram("rtsps crowd", Prerequisites.SimulatorBinary, Crowd(Url(port)));
        ChildProcess clear = StartProgram("rtsp crowd", Prerequisites.SimulatorBinary, Crowd(proxy.PlayUrl));

        Assert.True(await secure.WaitForExitAsync(Soon + Soon) == 0, secure.Transcript(60));
        Assert.True(await clear.WaitForExitAsync(Soon + Soon) == 0, clear.Transcript(60));

        static string[] Crowd(string url) =>
            ["load", url, "--clients", "20", "--transport", "tcp", "--insecure-tls", "--duration", "6s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", "20", "--plain"];
    }

    /// <summary>As testssl.sh asks: which versions, which ciphers, and whether a handshake can be had again inside a connection.</summary>
    [Theory]
    [InlineData("-tls1", false)]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_2 -cipher NULL:aNULL:EXPORT:LOW:RC4:3DES:MD5:PSK", false)]
    [InlineData("-tls1_2 -cipher ECDHE+AESGCM", true)]
    public async Task Scan_ByOpenssl_FindsWhatIsSafeOnly(string options, bool isServed)
    {
        (_, int port) = await StartBothAsync();

        // The client's own limits are off: it is the server that has to refuse.
        ChildProcess client = StartProgram(
            "s_client",
            "/bin/sh",
            "-c",
            string.Create(CultureInfo.InvariantCulture, $"echo Q | exec openssl s_client -connect 127.0.0.1:{port} -brief -cipher ALL:@SECLEVEL=0 {options}"));
        int code = await client.WaitForExitAsync(Soon);

        Assert.True(isServed == (code == 0), client.Transcript(40));
    }

    [Fact]
    public async Task Renegotiate_InsideAConnection_IsRefusedAndOthersPlayOn()
    {
        (_, int port) = await StartBothAsync();
        FfmpegPlayer player = StartFfmpeg(Url(port), "tcp", 5);
        await player.WaitForVideoFramesAsync(10, Soon);

        // It waits for a handshake that never comes, and says again whose certificate it sees if one does.
        ChildProcess client = StartProgram(
            "s_client", "/bin/sh", "-c",
            string.Create(CultureInfo.InvariantCulture, $"(sleep 1; echo R; sleep 2) | timeout 30 openssl s_client -connect 127.0.0.1:{port} -tls1_2 2>&1"));
        await client.WaitForExitAsync(Soon);

        string[] said = [.. client.Lines().Select(static line => line.Text)];
        int asked = Array.FindIndex(said, static line => line.Contains("RENEGOTIATING", StringComparison.Ordinal));
        Assert.True(asked >= 0, client.Transcript(60));
        Assert.DoesNotContain(said[asked..], static line => line.StartsWith("depth=", StringComparison.Ordinal));
        AssertVideo((await player.FinishAsync(Soon))[0], 5);
    }

    /// <summary>Who plays plays on; who comes after the files have changed sees the new certificate.</summary>
    [Fact]
    public async Task Certificate_IsRenewedWhileSomebodyPlays_IsShownToWhoComesNext()
    {
        using TestCertificate second = new();
        (_, int port) = await StartBothAsync();
        FfmpegPlayer player = StartFfmpeg(Url(port), "tcp", 6);
        await player.WaitForVideoFramesAsync(10, Soon);
        string before = await ThumbprintAsync(port);

        File.Move(Copy(second.WithKey), _certificate.WithKey, overwrite: true);

        string after = before;
        await WaitUntilAsync("the new certificate", () => (after = ThumbprintAsync(port).GetAwaiter().GetResult()) != before);
        Assert.NotEqual(before, after);
        AssertVideo((await player.FinishAsync(Soon))[0], 6);
    }

    /// <summary>
    /// Viewers that have sent a large record each and are silent since. With a buffer of a record for each direction, as OpenSSL keeps it unless it is
    /// told otherwise, one takes 61 KiB; without, 42.
    /// </summary>
    [Fact]
    public async Task Viewers_ThatAreSilent_HoldNoRecordBuffers()
    {
        const int First = 100;
        const int Viewers = 500;
        (ProxyProcess proxy, int port) = await StartBothAsync();
        List<SslStream> viewers = [];
        try
        {
            await OpenAsync(First);

            // What the heap grows by at once is in one series and not in the next: each viewer's own is in all.
            long bytes = long.MaxValue;
            for (int series = 0; series < 3 && bytes > ViewerBytesMax; series++)
            {
                long before = proxy.ResidentBytes;
                await OpenAsync(Viewers);
                bytes = (proxy.ResidentBytes - before) / Viewers;
                Log.WriteLine($"{bytes} bytes a viewer");
            }

            Assert.InRange(bytes, 1, ViewerBytesMax);
        }
        finally
        {
            viewers.ForEach(static viewer => viewer.Dispose());
        }

        async Task OpenAsync(int count)
        {
            byte[] requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, Requests).Select(
                static i => string.Create(CultureInfo.InvariantCulture, $"OPTIONS * RTSP/1.0\r\nCSeq: {i}\r\nX-Fill: {new string('x', 3000)}\r\n\r\n"))));
            for (int i = 0; i < count; i++)
            {
                SslStream viewer = await HandshakeAsync(port);
                viewers.Add(viewer);
                await viewer.WriteAsync(requests);
                using StreamReader answers = new(viewer, Encoding.ASCII, leaveOpen: true);
                while (await answers.ReadLineAsync().WaitAsync(Soon) != LastAnswer)
                {
                }
            }
        }
    }

    private static string Url(int port, string scheme = "rtsps") => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}/proxyStream");

    private static string Copy(string path)
    {
        string copy = path + ".new";
        File.Copy(path, copy, overwrite: true);
        return copy;
    }

    private static async Task<string> ThumbprintAsync(int port)
    {
        await using SslStream tls = await HandshakeAsync(port);
        using X509Certificate2 shown = new(tls.RemoteCertificate!);
        return shown.Thumbprint;
    }

    /// <summary>A client that trusts whatever certificate there is.</summary>
    private static async Task<SslStream> HandshakeAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, port);
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.None,
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        });
        return tls;
    }

    private async Task<(ProxyProcess Proxy, int Port)> StartBothAsync()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        return await StartProxyWithTlsAsync(camera.Url);
    }

    private async Task<(ProxyProcess Proxy, int Port)> StartProxyWithTlsAsync(string camera)
    {
        int port = FreePorts.Next();
        ProxyProcess proxy = await StartServingProxyAsync("--rtsps", port.ToString(CultureInfo.InvariantCulture), "--certificate", _certificate.WithKey, camera);
        return (proxy, port);
    }
}
