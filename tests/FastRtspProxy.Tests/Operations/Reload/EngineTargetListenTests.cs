using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Net.Tls;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>What a reload does to the port of rtsps, and to who may REGISTER, of an engine that runs.</summary>
public sealed class EngineTargetListenTests : IDisposable
{
    private readonly CertificateFolder _folder = new();

    [Fact]
    public async Task Apply_RtspsIsNew_IsServedWithItsCertificate()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        ProxyConfig old = new();
        ProxyConfig next = Rtsps(0);

        Assert.Empty(await Target(host).ApplyAsync(ConfigComparison.Of(old, next)));

        Assert.NotEqual(0, host.Engine.RtspsPort);
        using TcpClient client = await HandshakeAsync(host.Engine.RtspsPort);
    }

    [Fact]
    public async Task Apply_AnotherPort_IsServedAndConnectionsOfTheOldOneLiveOn()
    {
        ProxyConfig old = Rtsps(0);
        await using ProxyHost host = await StartAsync(old);
        int port = host.Engine.RtspsPort;
        using TcpClient before = new();
        await using SslStream stream = await HandshakeAsync(before, port);
        Assert.Equal(200, await OptionsAsync(stream));

        Assert.Empty(await Target(host).ApplyAsync(ConfigComparison.Of(old, old with { Rtsps = old.Rtsps with { Listen = [new ListenPoint(null, FreePort())] } })));

        Assert.NotEqual(port, host.Engine.RtspsPort);
        using TcpClient after = await HandshakeAsync(host.Engine.RtspsPort);
        Assert.Equal(200, await OptionsAsync(stream));
        await Assert.ThrowsAsync<SocketException>(() => new TcpClient().ConnectAsync(IPAddress.Loopback, port));
    }

    /// <summary>The one in use stays as long as it is among the wanted ones, and none before it can be had.</summary>
    [Fact]
    public async Task Apply_ThePortInUseIsAmongTheNewOnes_Stays()
    {
        int port = FreePort();
        ProxyConfig old = Rtsps(port);
        await using ProxyHost host = await StartAsync(old);
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        ListenPoint taken = new(null, ((IPEndPoint)other.LocalEndpoint).Port);

        Assert.Empty(await Target(host).ApplyAsync(
            ConfigComparison.Of(old, old with { Rtsps = old.Rtsps with { Listen = [taken, new ListenPoint(null, port)] } })));

        Assert.Equal(port, host.Engine.RtspsPort);
        using TcpClient client = await HandshakeAsync(port);
    }

    [Fact]
    public async Task Apply_APortThatAnotherProgramHas_ChangesNothingAtAll()
    {
        ProxyConfig old = Rtsps(0);
        await using ProxyHost host = await StartAsync(old);
        int port = host.Engine.RtspsPort;
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        ProxyConfig next = old with
        {
            Rtsps = old.Rtsps with { Listen = [new ListenPoint(null, taken)] },
            Limits = old.Limits with { Viewers = 7 },
        };

        ReloadRefusedException refused = await Assert.ThrowsAsync<ReloadRefusedException>(() => Target(host).ApplyAsync(ConfigComparison.Of(old, next)));

        Assert.Contains($"The port {taken} of rtsps cannot be had: Address already in use", refused.Message, StringComparison.Ordinal);
        Assert.Equal(port, host.Engine.RtspsPort);
        Assert.NotEqual(7, host.Engine.Limits.MaxClients);
        using TcpClient client = await HandshakeAsync(port);
    }

    [Fact]
    public async Task Apply_RtspsIsNewAndItsCertificateIsNone_ChangesNothing()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        ProxyConfig next = new()
        {
            Rtsps = new RtspsConfig { Listen = [new ListenPoint(null, 0)], Certificates = [new CertificateConfig { Certificate = _folder.Write("n.pem", "none") }] },
        };

        ReloadRefusedException refused = await Assert.ThrowsAsync<ReloadRefusedException>(() => Target(host).ApplyAsync(ConfigComparison.Of(new ProxyConfig(), next)));

        Assert.Contains("n.pem\" is not PEM", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, host.Engine.RtspsPort);
    }

    /// <summary>What a dry run goes by.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Objections_TheFirstCertificateIsNone_AreSaidWhereThereIsAUseForIt(bool byRtsps, bool byHttp)
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        ProxyConfig next = new()
        {
            Rtsps = new RtspsConfig { Listen = byRtsps ? [new ListenPoint(null, FreePort())] : [], Certificates = [new CertificateConfig { Certificate = _folder.Write("n.pem", "none") }] },
            Http = new HttpConfig { Listen = byHttp ? [new ListenPoint(IPAddress.Loopback, FreePort())] : [], Tls = byHttp },
        };

        IReadOnlyList<string> objections = Target(host).Objections(ConfigComparison.Of(new ProxyConfig(), next));

        Assert.Equal(byRtsps || byHttp ? 1 : 0, objections.Count);
        Assert.All(objections, static objection => Assert.Contains("n.pem\" is not PEM", objection, StringComparison.Ordinal));
    }

    /// <summary>It would keep every later reload from being taken.</summary>
    [Fact]
    public async Task Objections_AStreamPointsAtThePortThatIsToBeOurs_IsRefused()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        int port = FreePort();
        ProxyConfig next = Rtsps(port) with { Streams = [new StreamConfig { Name = "a", Sources = [$"rtsps://127.0.0.1:{port}/a"] }] };

        Assert.Contains("this proxy itself", Assert.Single(Target(host).Objections(ConfigComparison.Of(new ProxyConfig(), next))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_Register_IsLetInByTheRulesOfTheMoment()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([], static options => options with { MaxRegistered = 1 });
        ProxyConfig off = new();
        ProxyConfig on = off with { Register = new RegisterConfig { Enabled = true, AllowPrivate = true, MaxStreams = 1 } };
        Assert.Equal(405, await RegisterAsync(host, "one"));

        await Target(host).ApplyAsync(ConfigComparison.Of(off, on));
        Assert.Equal(200, await RegisterAsync(host, "one"));
        Assert.Equal(503, await RegisterAsync(host, "two"));
        await ChangeAsync(static register => register with { MaxStreams = 2, AllowPrivate = false });
        Assert.Equal(403, await RegisterAsync(host, "two"));
        await ChangeAsync(static register => register with { AllowPrivate = true, From = [IPNetwork.Parse("192.0.2.0/24")] });
        Assert.Equal(403, await RegisterAsync(host, "two"));
        await ChangeAsync(static register => register with { From = [] });
        Assert.Equal(200, await RegisterAsync(host, "two"));
        await ChangeAsync(static register => register with { Enabled = false });
        Assert.Equal(405, await RegisterAsync(host, "three"));

        async Task ChangeAsync(Func<RegisterConfig, RegisterConfig> change)
        {
            ProxyConfig next = on with { Register = change(on.Register) };
            await Target(host).ApplyAsync(ConfigComparison.Of(on, next));
            on = next;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<int> RegisterAsync(ProxyHost host, string name)
    {
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse response = await client.RequestAsync("REGISTER", "rtsp://127.0.0.1:9999/x", $"Transport: preferred_delivery_protocol=udp;proxy_url_suffix={name}");
        return response.Status;
    }

    private static EngineTarget Target(ProxyHost host) => new(host.Engine, null, static _ => { }, TimeProvider.System, static stream => stream);

    private static Task<ProxyHost> StartAsync(ProxyConfig config) => ProxyHost.StartAsync([], options => options with
    {
        RtspsPorts = [.. config.Rtsps.Listen.Select(static point => point.Port)],
        Certificates = [.. config.Rtsps.Certificates.Select(static pair => pair.Files)],
    });

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<TcpClient> HandshakeAsync(int port)
    {
        TcpClient client = new();
        await using SslStream stream = await HandshakeAsync(client, port);
        return client;
    }

    private static async Task<SslStream> HandshakeAsync(TcpClient client, int port)
    {
        await client.ConnectAsync(IPAddress.Loopback, port);
        SslStream stream = new(client.GetStream(), false, static (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync("localhost").WaitAsync(TimeSpan.FromSeconds(30));
        return stream;
    }

    private static async Task<int> OptionsAsync(SslStream stream)
    {
        await stream.WriteAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray());
        byte[] buffer = new byte[4096];
        int length = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        return int.Parse(System.Text.Encoding.ASCII.GetString(buffer, 9, Math.Min(3, length - 9)), System.Globalization.CultureInfo.InvariantCulture);
    }

    private ProxyConfig Rtsps(int port)
    {
        (string certificate, string key) = _folder.Make(["localhost"]);
        return new ProxyConfig
        {
            Rtsps = new RtspsConfig
            {
                Listen = [new ListenPoint(null, port)],
                Certificates = [new CertificateConfig { Certificate = _folder.Write("a.pem", certificate), Key = _folder.Write("a.key", key) }],
            },
        };
    }
}
