using System.Net;
using System.Net.Security;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// The HTTP server: Kestrel's core on addresses of its own, there only where the configuration wants it. Its handlers run on the thread pool; of the
/// engine it knows what <see cref="ProxyEngine"/> answers.
/// </summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private static readonly long s_sayFullEvery = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpPlaces _places = new(HttpLimits.Connections, HttpLimits.ConnectionsPerAddress, HttpLimits.ConnectionsKept);
    private readonly HttpPlaces _placesOfMetrics =
        new(HttpLimits.MetricsConnections, HttpLimits.MetricsConnectionsPerAddress, HttpLimits.MetricsConnectionsPerAddress);
    private readonly ILogger _log;

    /// <summary>Written by a reload, read by requests: one of either is whole.</summary>
    private volatile HttpConfig _config;
    private long _saidFull = -s_sayFullEvery;

    private HttpServer(ProxyEngine engine, HttpConfig config, IEnumerable<HttpRoute> routes, TimeProvider time, ILoggerFactory loggers)
    {
        _config = config;
        _log = loggers.CreateLogger("Http");
        LogIns = new HttpLogIns(engine.LogIns, new HttpSessions(time), () => _config);
        HttpRouter router = new([.. HealthRoutes.All(engine), .. SessionRoutes.All(LogIns), .. routes]);
        Routes = [.. router.Routes];
        HttpPipeline pipeline = new(router, LogIns, engine.LogIns, () => _config, _log, _stopping.Token);
        _app = Build(config, engine);
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        _app.Run(context => pipeline.AnswerAsync(context));
    }

    /// <summary>What can be asked for.</summary>
    public IReadOnlyList<HttpRoute> Routes { get; }

    /// <inheritdoc cref="HttpLogIns"/>
    public HttpLogIns LogIns { get; }

    /// <summary>The server's first address, as it stands in a URL of this machine.</summary>
    public string Url => _app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal);

    /// <summary>Binds and serves.</summary>
    /// <param name="engine">What is asked and changed.</param>
    /// <param name="config">Where to listen, and for whom.</param>
    /// <param name="routes">What can be asked for, beside health and log-ins.</param>
    /// <param name="time">Tells when log-ins are over.</param>
    /// <param name="loggers">Hears of errors.</param>
    /// <exception cref="ProxyStartException">An address cannot be had; the message names it and the remedy.</exception>
    public static async Task<HttpServer> StartAsync(
        ProxyEngine engine, HttpConfig config, IEnumerable<HttpRoute> routes, TimeProvider time, ILoggerFactory loggers)
    {
        HttpServer server = new(engine, config, routes, time, loggers);
        try
        {
            await Outbound.RunAsync(() => server._app.StartAsync());
            return server;
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync();
            string addresses = string.Join(", ", Points(config));
            throw new ProxyStartException(
                $"HTTP cannot be served at {addresses}: {cause.Message.TrimEnd('.')}. Choose another address under http.listen (--http).");
        }
    }

    /// <summary>Other settings from now on; where it listens needs a restart. Any thread.</summary>
    public void Change(HttpConfig config) => _config = config;

    /// <summary>Requests under way are cut short; bounded by <see cref="HttpLimits.Stop"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Outbound.RunAsync(async () =>
        {
            using CancellationTokenSource limit = new(HttpLimits.Stop);
            await _app.StopAsync(limit.Token);
            await _app.DisposeAsync();
        });
        _stopping.Dispose();
    }

    private static ValueList<ListenPoint> Points(HttpConfig config) =>
        config.Metrics.Listen is { } metrics ? [.. config.Listen, metrics] : config.Listen;

    private WebApplication Build(HttpConfig config, ProxyEngine engine)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance); // what Kestrel says of each connection is nobody's news
        IWebHostBuilder host = builder.WebHost.UseKestrelCore();
        if (config.Tls)
        {
            host.UseKestrelHttpsConfiguration();
        }

        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            KestrelServerLimits limits = kestrel.Limits;
            limits.MaxRequestBodySize = HttpLimits.BodyBytes;
            limits.MaxRequestLineSize = HttpLimits.LineBytes;
            limits.MaxRequestHeadersTotalSize = HttpLimits.HeaderBytes;
            limits.MaxRequestHeaderCount = HttpLimits.HeaderCount;
            limits.MaxRequestBufferSize = HttpLimits.BodyBytes;
            limits.MinResponseDataRate = new MinDataRate(HttpLimits.ReaderBytesMin, HttpLimits.ReaderGrace);
            limits.RequestHeadersTimeout = HttpLimits.Head;
            limits.KeepAliveTimeout = HttpLimits.KeepAlive;
            foreach (ListenPoint point in config.Listen)
            {
                Listen(kestrel, point, HttpConfig.IsLoopback(point) ? HttpDoorway.Local : HttpDoorway.Guarded, config, engine);
            }

            if (config.Metrics.Listen is { } metrics)
            {
                Listen(kestrel, metrics, HttpDoorway.MetricsOnly, config, engine);
            }
        });
        return builder.Build();
    }

    private void Listen(KestrelServerOptions kestrel, ListenPoint point, HttpDoorway doorway, HttpConfig config, ProxyEngine engine)
    {
        if (point.Address is { } address)
        {
            kestrel.Listen(address, point.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(point.Port, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => ServeAsync(connection, doorway, next)); // in front of TLS: a refusal costs no handshake
            if (config.Tls && doorway != HttpDoorway.MetricsOnly)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = context => InTurnAsync(
                        ClientOf(context.Connection), () => HttpsOptions(engine.Certificates!.OptionsFor(context.ClientHelloInfo.ServerName))),
                });
            }
        }
    }

    /// <summary>
    /// A hello is answered where those of viewers are, and addresses take turns there: whoever awaits this goes on on that thread and computes the
    /// answer, signature and all, before it waits for the client again.
    /// </summary>
    private static ValueTask<SslServerAuthenticationOptions> InTurnAsync(IPAddress client, Func<SslServerAuthenticationOptions> options)
    {
        TaskCompletionSource<SslServerAuthenticationOptions> turn = new(); // whoever awaits it is to go on at once, there
        HandshakeThreads.Shared.Post(AddressGroup.Of(client), () =>
        {
            try
            {
                turn.SetResult(options());
            }
            catch (Exception e)
            {
                turn.TrySetException(e);
            }
        });
        return new ValueTask<SslServerAuthenticationOptions>(turn.Task);
    }

    private static IPAddress ClientOf(BaseConnectionContext connection) =>
        ((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None).Unmapped();

    /// <summary>The viewers' options say nothing of HTTP.</summary>
    private static SslServerAuthenticationOptions HttpsOptions(SslServerAuthenticationOptions viewers) => new()
    {
        ServerCertificateContext = viewers.ServerCertificateContext,
        EnabledSslProtocols = viewers.EnabledSslProtocols,
        CipherSuitesPolicy = viewers.CipherSuitesPolicy,
        AllowRenegotiation = false,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
    };

    private async Task ServeAsync(ConnectionContext connection, HttpDoorway doorway, ConnectionDelegate next)
    {
        IPAddress client = ClientOf(connection);
        HttpPlaces places = doorway == HttpDoorway.MetricsOnly ? _placesOfMetrics : _places;
        if (!places.TryTake(client))
        {
            SayFull(places, client);
            connection.Abort();
            return;
        }

        try
        {
            connection.Features.Set(doorway);
            await next(connection);
        }
        finally
        {
            places.Leave(client);
        }
    }

    private void SayFull(HttpPlaces places, IPAddress client)
    {
        long now = Environment.TickCount64;
        long said = Volatile.Read(ref _saidFull);
        if (now - said >= s_sayFullEvery && Interlocked.CompareExchange(ref _saidFull, now, said) == said)
        {
            HttpLog.Full(_log, places.Count, client.ToString());
        }
    }
}
