using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Net.Tls;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>The HTTP server inside TLS.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly CertificateFolder _folder = new();

    /// <summary>Its hellos are answered on the threads of the viewers' handshakes, where addresses take turns: while these are busy it waits, and nobody else computes it.</summary>
    [Fact]
    public async Task Handshake_ThreadsAreBusy_WaitsForItsTurn()
    {
        (string certificate, string key) = _folder.Make(["http.example"]);
        CertificateFiles files = new(_folder.Write("http.pem", certificate), _folder.Write("http.key", key));
        await using HttpBench bench = await HttpBench.StartAsync(new HttpConfig { Tls = true }, o => o with { RtspsPorts = [0], Certificates = [files] }, rules: null);
        using ManualResetEventSlim busy = new(false);
        HandshakeThreads threads = HandshakeThreads.Shared;
        int running = 0;
        int most = Math.Max(1, Environment.ProcessorCount / 2);
        for (int i = 0; i < most; i++)
        {
            threads.Post(AddressGroup.Of(IPAddress.Parse($"192.0.2.{i + 1}")), () =>
            {
                Interlocked.Increment(ref running);
                busy.Wait(TimeSpan.FromSeconds(30));
            });
        }

        await Until.TrueAsync(() => Volatile.Read(ref running) == most);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, bench.Port);
        await using SslStream tls = new(client.GetStream());
        Task shaking = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "http.example", RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null });

        await Until.TrueAsync(() => threads.Waiting > 0);
        Assert.False(shaking.IsCompleted);

        busy.Set();
        await shaking.WaitAsync(TimeSpan.FromSeconds(30));
        await tls.WriteAsync("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray());
        using StreamReader reader = new(tls);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync());
    }

    public void Dispose() => _folder.Dispose();
}
