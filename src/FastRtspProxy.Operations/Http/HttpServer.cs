using System.Net;
using System.Net.Security;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// The HTTP server: Kestrel's core on addresses of its own, there only where the configuration wants it. Its handlers run on the thread pool; of the
/// engine it knows what <see cref="ProxyEngine"/> answers.
/// </summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private static readonly long s_sayFullEvery = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private readonly KestrelServices _kestrel;
    private readonly HttpApplication _application;
    private readonly HttpEntrances _entrances = new();
    private readonly HttpDoors _doors;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpPlaces _places = new(HttpLimits.Connections, HttpLimits.ConnectionsPerAddress, HttpLimits.ConnectionsKept);
    private readonly HttpPlaces _placesOfMetrics =
        new(HttpLimits.MetricsConnections, HttpLimits.MetricsConnectionsPerAddress, HttpLimits.MetricsConnectionsPerAddress);
    private readonly ILogger _log;

    /// <summary>Written by a reload, read by requests: one of either is whole.</summary>
    private volatile HttpConfig _config;
    private long _saidFull = -s_sayFullEvery;

    /// <summary>1 from the first end on.</summary>
    private int _isOver;

    private HttpServer(
        ProxyEngine engine, HttpConfig config, IEnumerable<HttpRoute> routes, TimeProvider time, ILoggerFactory loggers, HeldSockets held)
    {
        _config = config;
        _log = loggers.CreateLogger("Http");
        _doors = new HttpDoors(_entrances.Enter, held, _log);
        LogIns = new HttpLogIns(engine.LogIns, new HttpSessions(time), () => _config);
        HttpRouter router = new([.. HealthRoutes.All(engine), .. SessionRoutes.All(LogIns), .. routes]);
        Routes = [.. router.Routes];
        HttpPipeline pipeline = new(router, LogIns, engine.LogIns, () => _config, _log, _stopping.Token);
        _kestrel = Build(engine);
        WebSocketOptions webSockets = new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) };
        WebSocketMiddleware upgrades = new(pipeline.AnswerAsync, Options.Create(webSockets), NullLoggerFactory.Instance);
        _application = new HttpApplication(upgrades.Invoke);
    }

    /// <summary>What can be asked for.</summary>
    public IReadOnlyList<HttpRoute> Routes { get; }

    /// <inheritdoc cref="HttpLogIns"/>
    public HttpLogIns LogIns { get; }

    /// <summary>The server's first address, as it stands in a URL of this machine; empty: it is served nowhere.</summary>
    public string Url => Urls.FirstOrDefault("");

    /// <summary>All of them.</summary>
    public IEnumerable<string> Urls => _doors.Open.Select(static door =>
    {
        IPAddress? address = door.Point.Address;
        IPAddress shown = address is null || address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback // that one takes IPv6 alone
            : address;
        return $"{(door.Kind.IsSecure ? "https" : "http")}://{new ListenPoint(shown, door.Port.Port)}";
    });

    /// <summary>Binds and serves.</summary>
    /// <param name="engine">What is asked and changed.</param>
    /// <param name="config">Where to listen, and for whom.</param>
    /// <param name="routes">What can be asked for, beside health and log-ins.</param>
    /// <param name="time">Tells when log-ins are over.</param>
    /// <param name="loggers">Hears of errors.</param>
    /// <param name="held">Sockets that listen already at some of the addresses; null: none.</param>
    /// <exception cref="ProxyStartException">An address cannot be had; the message names it and the remedy.</exception>
    public static async Task<HttpServer> StartAsync(
        ProxyEngine engine, HttpConfig config, IEnumerable<HttpRoute> routes, TimeProvider time, ILoggerFactory loggers, HeldSockets? held = null)
    {
        HttpServer server = await MakeAsync(engine, config, routes, time, loggers, held);
        try
        {
            server.Prepare(config).Make();
            return server;
        }
        catch (ProxyStartException)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, without an address yet: <see cref="Prepare"/> has them.</summary>
    public static async Task<HttpServer> MakeAsync(
        ProxyEngine engine, HttpConfig config, IEnumerable<HttpRoute> routes, TimeProvider time, ILoggerFactory loggers, HeldSockets? held = null)
    {
        HttpServer server = new(engine, config, routes, time, loggers, held ?? HeldSockets.None);
        await Outbound.RunAsync(() => server._kestrel.Server.StartAsync(server._application, CancellationToken.None));
        return server;
    }

    /// <inheritdoc cref="HttpDoors.Prepare"/>
    public HttpDoorsChange Prepare(HttpConfig config) => _doors.Prepare(config);

    /// <summary>What it goes by.</summary>
    public HttpConfig Config => _config;

    /// <summary>Other settings from now on; where it listens is <see cref="Prepare"/>'s. Any thread.</summary>
    public void Change(HttpConfig config) => _config = config;

    /// <summary>
    /// Before the rules of users change: a token that comes counts already, and one that goes still does, so that at no moment there is neither.
    /// </summary>
    public void Tighten(HttpConfig next)
    {
        HttpConfig now = _config;
        _config = now with { Token = next.Token ?? now.Token };
    }

    /// <summary>Requests under way are cut short; bounded by <see cref="HttpLimits.Stop"/>.</summary>
    public ValueTask DisposeAsync() => EndAsync(isAtOnce: true);

    /// <summary>
    /// Nobody comes any more, while the program goes on: who has asked gets his answer (whoever took the server away by a request among them), what
    /// would last for hours ends in <see cref="HttpLimits.Removed"/>.
    /// </summary>
    public ValueTask RemoveAsync() => EndAsync(isAtOnce: false);

    private async ValueTask EndAsync(bool isAtOnce)
    {
        _doors.Dispose();
        if (isAtOnce)
        {
            await _stopping.CancelAsync();
        }

        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            return;
        }

        await Outbound.RunAsync(async () =>
        {
            CancellationToken sooner = isAtOnce ? CancellationToken.None : _stopping.Token;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(sooner);
            limit.CancelAfter(isAtOnce ? HttpLimits.Stop : HttpLimits.Removed);
            await _kestrel.Server.StopAsync(limit.Token);
            await _kestrel.DisposeAsync();
        });
        await _stopping.CancelAsync();
    }

    private KestrelServices Build(ProxyEngine engine) => new(
        services => services.AddSingleton<IConnectionListenerFactory>(_entrances),
        kestrel =>
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
            foreach (HttpEntrance entrance in _entrances.All)
            {
                kestrel.Listen(entrance, listen => Configure(listen, entrance.IsSecure, engine));
            }
        });

    private void Configure(ListenOptions listen, bool isSecure, ProxyEngine engine)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => ServeAsync(connection, next)); // in front of TLS: a refusal costs no handshake
        if (isSecure)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = context => InTurnAsync(
                    ClientOf(context.Connection), () => HttpsOptions(engine.CertificateFor(context.ClientHelloInfo.ServerName))),
            });
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

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        HttpDoorway doorway = connection.Features.Get<HttpDoorKind>()!.Doorway;
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
