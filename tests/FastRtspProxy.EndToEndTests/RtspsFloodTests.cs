using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A crowd that comes to the port of rtsps within one moment: viewers, and connections that never finish their handshake.</summary>
public sealed class RtspsFloodTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    /// <summary>Run once in a while with 5,000.</summary>
    private const int Connections = 500;

    /// <summary>What one may cost at most while its handshake is under way.</summary>
    private const int BytesMax = 96 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    /// <summary>Each is served, or ended by its limit; viewers in the clear lose nothing, memory stays bounded, and who comes next is served.</summary>
    [Fact]
    public async Task Handshakes_ManyAtOnce_AreServedOrEndedAndOthersPlayOn()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--audio", "none", "--bitrate", "1M", "--gop", "25");
        int port = FreePorts.Next();
        ProxyProcess proxy = await StartProxyAsync(
            "--rtsps", port.ToString(CultureInfo.InvariantCulture), "--certificate", _certificate.WithKey, camera.Urls[0]);
        ChildProcess clear = StartProgram(
            "crowd in the clear", Prerequisites.SimulatorBinary,
            ["load", proxy.PlayUrl, "--clients", "20", "--transport", "tcp", "--duration", "15s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", "20", "--plain"]);
        Assert.True(await AskAsync(port), "one that is alone is served");
        long before = proxy.ResidentBytes;

        Task<bool>[] asked = [.. Enumerable.Range(0, Connections).Select(i => (i % 3) switch
        {
            0 => AskAsync(port),
            1 => WaitForEndAsync(port, [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
            _ => WaitForEndAsync(port, []),
        })];
        long most = before;
        Task all = Task.WhenAll(asked).WaitAsync(s_limit);
        while (!all.IsCompleted)
        {
            most = Math.Max(most, proxy.ResidentBytes);
            await Task.WhenAny(all, Task.Delay(50));
        }

        await all;
        Log.WriteLine($"{asked.Count(static one => one.Result)} served, {(most - before) / Connections} bytes each at most");
        Assert.InRange((most - before) / Connections, long.MinValue, BytesMax);
        Assert.True(await AskAsync(port), "who comes next is served");
        Assert.True(await clear.WaitForExitAsync(s_limit + s_limit) == 0, clear.Transcript(60));
    }

    /// <summary>A viewer. False: it was closed.</summary>
    private static async Task<bool> AskAsync(int port)
    {
        using Socket socket = await ConnectAsync(port);
        await using SslStream tls = new(new NetworkStream(socket, ownsSocket: false));
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            });
            await tls.WriteAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray());
            return await tls.ReadAsync(new byte[1024]) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>One that sends so much and waits. True: it was told something.</summary>
    private static async Task<bool> WaitForEndAsync(int port, byte[] begin)
    {
        using Socket socket = await ConnectAsync(port);
        try
        {
            await socket.SendAsync(begin);
            return await socket.ReceiveAsync(new byte[1024]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
