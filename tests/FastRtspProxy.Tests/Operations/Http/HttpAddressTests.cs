using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Net.Tls;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>Addresses of the HTTP server that come and go while it serves, and the server itself.</summary>
public sealed class HttpAddressTests : IAsyncLifetime
{
    private readonly CertificateFolder _folder = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProxyHost _engine = null!;
    private HttpHost _host = null!;

    public async Task InitializeAsync()
    {
        (string certificate, string key) = _folder.Make(["localhost"]);
        CertificateFiles files = new(_folder.Write("c.pem", certificate), _folder.Write("c.key", key));
        _engine = await ProxyHost.StartAsync([], options => options with { NeedsCertificates = true, Certificates = [files] });
        HttpRoute slow = new("GET", "/slow", AccessRights.None, async exchange =>
        {
            await exchange.Response.WriteAsync("begun\n");
            await exchange.Response.Body.FlushAsync();
            await _goOn.Task;
            await exchange.Response.WriteAsync("ended\n");
        });
        HttpRoute live = new("GET", "/live", AccessRights.None, async exchange =>
        {
            await exchange.Response.WriteAsync("begun\n");
            await exchange.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, exchange.Ended);
        });
        _host = new HttpHost(_engine.Engine, () => [slow, live], isAlways: false, TimeProvider.System, _engine.Log);
    }

    public async Task DisposeAsync()
    {
        _goOn.TrySetResult();
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Prepare_AnotherAddress_IsServedAndTheOldOneIsNotAndItsConnectionsLiveOn()
    {
        int old = await StartAsync();
        using TcpClient before = await ConnectAsync(old);
        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);
        int next = FreePort();

        await ChangeAsync(At(next));

        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);
        Assert.Contains("200", await AskAtAsync(next, "/healthz"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(old));
    }

    /// <summary>The kernel has no room for both: the old one goes first.</summary>
    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData(null, "127.0.0.1")]
    [InlineData("0.0.0.0", null)]
    public async Task Prepare_TheSamePortAtMoreOrFewerAddresses_IsServed(string? first, string? second)
    {
        int port = FreePort();
        await _host.StartAsync(At(port, first));
        using TcpClient before = await ConnectAsync(port);
        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);

        await ChangeAsync(At(port, second));

        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);
        Assert.Contains("200", await AskAtAsync(port, "/healthz"), StringComparison.Ordinal);
        Assert.Equal([new ListenPoint(second is null ? null : IPAddress.Parse(second), port)], _host.Server!.Config.Listen);
    }

    [Fact]
    public async Task Prepare_AnAddressThatAnotherProgramHas_EverythingIsAsItWas()
    {
        int port = await StartAsync();
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        int free = FreePort();
        HttpConfig wanted = At(free) with { Listen = [new ListenPoint(IPAddress.Loopback, free), new ListenPoint(IPAddress.Loopback, taken)] };

        ProxyStartException refused = await Assert.ThrowsAsync<ProxyStartException>(() => _host.PrepareAsync(wanted));

        Assert.Contains($"127.0.0.1:{taken}: Address already in use", refused.Message, StringComparison.Ordinal);
        Assert.Contains("200", await AskAtAsync(port, "/healthz"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(free));
    }

    /// <summary>What had to go for a new address is there again when that cannot be had, and when the change is not made after all.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prepare_ThatComesToNothing_TheAddressInItsWayIsThereAgain(bool isTaken)
    {
        int port = FreePort();
        await _host.StartAsync(At(port));
        using TcpListener? other = isTaken ? new TcpListener(IPAddress.Parse("127.0.0.2"), port) : null;
        other?.Start();

        if (isTaken)
        {
            await Assert.ThrowsAsync<ProxyStartException>(() => _host.PrepareAsync(At(port, null)));
        }
        else
        {
            await (await _host.PrepareAsync(At(port, null))).DisposeAsync();
        }

        Assert.Contains("200", await AskAtAsync(port, "/healthz"), StringComparison.Ordinal);
        Assert.Equal($"http://127.0.0.1:{port}", _host.Server!.Url);
    }

    [Fact]
    public async Task Prepare_TlsAtTheSameAddress_NewConnectionsSpeakItAndOldOnesLiveOn()
    {
        int port = await StartAsync();
        using TcpClient before = await ConnectAsync(port);
        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);

        await ChangeAsync(_host.Server!.Config with { Tls = true });

        using TcpClient after = await ConnectAsync(port);
        await using SslStream tls = new(after.GetStream(), false, static (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync("localhost");
        Assert.Contains("200", await AskAsync(tls, "/healthz"), StringComparison.Ordinal);
        Assert.Contains("200", await AskAsync(before, "/healthz"), StringComparison.Ordinal);
        Assert.StartsWith("https://", _host.Server!.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoServerAndThenOne_IsServedAndGoesAgain()
    {
        await _host.StartAsync(new HttpConfig());
        Assert.Null(_host.Server);
        int port = FreePort();

        await ChangeAsync(At(port));
        Assert.Contains("200", await AskAtAsync(port, "/healthz"), StringComparison.Ordinal);
        await ChangeAsync(new HttpConfig());
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));
        await ChangeAsync(At(port));
        Assert.Contains("200", await AskAtAsync(port, "/healthz"), StringComparison.Ordinal);
    }

    /// <summary>Whoever took the server away by a request is one of them.</summary>
    [Fact]
    public async Task Prepare_TheServerGoes_WhoHasAskedGetsTheWholeAnswerAndEventStreamsEnd()
    {
        int port = await StartAsync();
        using TcpClient slow = await ConnectAsync(port);
        using TcpClient live = await ConnectAsync(port);
        Assert.Contains("200", await AskAsync(slow, "/slow"), StringComparison.Ordinal);
        Assert.Contains("200", await AskAsync(live, "/live"), StringComparison.Ordinal);

        await ChangeAsync(new HttpConfig());
        _goOn.TrySetResult();

        Assert.Contains("ended", await RestAsync(slow), StringComparison.Ordinal);
        await RestAsync(live);
        Assert.Null(_host.Server);
    }

    [Fact]
    public async Task Prepare_TheServerHasAnAddressLess_EventStreamsOfItGoOn()
    {
        int port = await StartAsync();
        using TcpClient live = await ConnectAsync(port);
        Assert.Contains("200", await AskAsync(live, "/live"), StringComparison.Ordinal);
        Task<string> rest = RestAsync(live);

        await ChangeAsync(At(FreePort()));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));

        Assert.False(rest.IsCompleted);
    }

    private static HttpConfig At(int port, string? address = "127.0.0.1") => new()
    {
        Listen = [new ListenPoint(address is null ? null : IPAddress.Parse(address), port)],
        AllowPlain = true,
    };

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    private static async Task<string> AskAtAsync(int port, string path)
    {
        using TcpClient client = await ConnectAsync(port);
        return await AskAsync(client, path);
    }

    private static Task<string> AskAsync(TcpClient client, string path) => AskAsync(client.GetStream(), path);

    /// <summary>The first bytes of the answer; all of one that is short, so that the next answer begins where it is looked for.</summary>
    private static async Task<string> AskAsync(Stream stream, string path)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        string text = "";
        byte[] buffer = new byte[4096];
        do
        {
            int length = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.True(length > 0, "the connection has ended");
            text += Encoding.ASCII.GetString(buffer, 0, length);
        }
        while (path == "/healthz" && text.Contains("chunked", StringComparison.Ordinal) && !text.EndsWith("0\r\n\r\n", StringComparison.Ordinal));
        return text;
    }

    /// <summary>Everything until the connection ends, however it does.</summary>
    private static async Task<string> RestAsync(TcpClient client)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60)) is > 0 and int length)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // cut off
        }

        return text.ToString();
    }

    private async Task<int> StartAsync()
    {
        await _host.StartAsync(At(0));
        return new Uri(_host.Server!.Url).Port;
    }

    private async Task ChangeAsync(HttpConfig config)
    {
        await using HttpHostChange change = await _host.PrepareAsync(config);
        change.Make();
    }
}
