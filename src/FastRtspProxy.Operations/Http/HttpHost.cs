using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Http;

/// <summary>The HTTP server of a program whose configuration changes: there while it wants one, at the addresses that it wants.</summary>
/// <param name="engine">What is asked and changed.</param>
/// <param name="routes">What can be asked for, made when there is a server first.</param>
/// <param name="isAlways">What is served stays where the configuration wants no server at all, as in a demo.</param>
/// <param name="time">Tells when log-ins are over.</param>
/// <param name="loggers">Hears of errors.</param>
/// <param name="held">Sockets that listen already at some of the addresses; null: none.</param>
internal sealed class HttpHost(
    ProxyEngine engine, Func<IReadOnlyList<HttpRoute>> routes, bool isAlways, TimeProvider time, ILoggerFactory loggers, HeldSockets? held = null)
    : IAsyncDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("Http");

    /// <summary>Made by the first change that wants a server; kept when that goes, because what it counts goes on.</summary>
    private IReadOnlyList<HttpRoute>? _routes;

    /// <summary>Written by reloads, one at a time; null: there is none.</summary>
    private volatile HttpServer? _server;

    /// <summary>The end of a server that was taken away. Reloads alone, and the end.</summary>
    private Task _leaving = Task.CompletedTask;

    public HttpServer? Server => _server;

    /// <summary>At the start: binds and serves, where a server is wanted.</summary>
    /// <exception cref="ProxyStartException">An address cannot be had; the message names it and the remedy.</exception>
    public async Task StartAsync(HttpConfig config)
    {
        if (config.IsOn)
        {
            _server = await HttpServer.StartAsync(engine, config, _routes ??= routes(), time, loggers, held);
        }
    }

    /// <summary>Opens what a changed configuration has more. One at a time, as reloads are.</summary>
    /// <exception cref="ProxyStartException">An address cannot be had; everything is as it was. The message names it and the remedy.</exception>
    public async Task<HttpHostChange> PrepareAsync(HttpConfig wanted)
    {
        HttpConfig config = isAlways && !wanted.IsOn && _server is not null ? _server.Config : wanted;
        if (_server is { } server)
        {
            HttpDoorsChange doors = server.Prepare(config);
            return new HttpHostChange(() => Make(server, doors, config), () => Undo(doors));
        }

        if (!config.IsOn)
        {
            return HttpHostChange.None;
        }

        // It serves before the rest of the reload is done; what it goes by is the new configuration already.
        HttpServer made = await HttpServer.MakeAsync(engine, config, _routes ??= routes(), time, loggers, held);
        try
        {
            HttpDoorsChange doors = made.Prepare(config);
            return new HttpHostChange(() => Make(made, doors, config), async () =>
            {
                doors.Dispose();
                await made.DisposeAsync();
            });
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }

        await Task.WhenAny(_leaving, Task.Delay(HttpLimits.Stop));
    }

    private static ValueTask Undo(HttpDoorsChange doors)
    {
        doors.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Make(HttpServer server, HttpDoorsChange doors, HttpConfig config)
    {
        string[] before = [.. server.Urls];

        // One that leaves serves what is under way by the rules under which it began: without its token nobody would have to log in on this machine.
        server.Change(config.IsOn ? config : server.Config with { Listen = config.Listen });
        doors.Make();
        if (config.IsOn)
        {
            _server = server;
            string[] now = [.. server.Urls];
            if (!now.SequenceEqual(before))
            {
                string urls = string.Join(", ", now);
                HttpLog.Served(_log, urls);
            }

            return;
        }

        _server = null;
        HttpLog.ServedNoMore(_log, HttpLimits.Removed.TotalSeconds);
        _leaving = Outbound.RunAsync(() => server.RemoveAsync().AsTask());
    }
}
