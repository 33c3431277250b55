using System.Diagnostics;
using System.Net;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Output;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy;

/// <summary>One run of the proxy, from its options to its orderly end.</summary>
internal sealed class ProxyRun(LineQueue lines, ProgramLines program, LogStyle style)
{
    /// <summary>The engine promises a second and a half; two seconds is our promise to whoever sent the signal.</summary>
    private static readonly TimeSpan s_longestStop = TimeSpan.FromMilliseconds(1700);

    /// <summary>The two seconds that docs/options.md promises, whatever hangs.</summary>
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromMilliseconds(1950);

    /// <summary>The first cameras are described, and the first viewers served, by then.</summary>
    private static readonly TimeSpan s_started = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether the last viewer has gone.</summary>
    private static readonly TimeSpan s_drainLook = TimeSpan.FromMilliseconds(100);

    /// <param name="options">What it is started with.</param>
    /// <param name="reloads">Null: there is no file that could be read again.</param>
    public async Task<int> RunAsync(ProgramOptions options, ReloadSource? reloads)
    {
        using ServiceManager manager = ServiceManager.OfEnvironment();
        using HeldSockets held = HeldSockets.OfEnvironment();
        options = options with { Engine = options.Engine with { Held = held } };
        FileWatch? watch = reloads?.Watch;
        bool hasCertificates = options.Engine.RtspsPorts.Count > 0 || options.Engine.NeedsCertificates;
        await using CertificateReload? certificates =
            hasCertificates || watch is not null ? new CertificateReload(TimeProvider.System) : null;
        using StopSignal stop = new(s_longestEnd, hungUp: watch is not null ? static () => { } : certificates is not null ? certificates.Ask : null);
        stop.Drain = reloads?.Started.Shutdown.Drain ?? TimeSpan.Zero;
        style.Level = options.LogLevel;
        using ILoggerFactory log = LineLoggerProvider.CreateFactory(lines, style);
        DemoCamera? demo = null;
        try
        {
            if (options.Demo)
            {
                demo = await DemoCamera.StartAsync(log);
                options = options with { Engine = demo.Apply(options.Engine) };
            }

            await using ClusterSide? cluster = ClusterSide.Of(options.Config.Cluster, TimeProvider.System, log);
            options = cluster is null ? options : options with { Engine = cluster.In(options.Engine) };
            ProxyEngine engine = await ProxyEngine.StartAsync(options.Engine, log);
            Func<StreamOptions, StreamOptions> real = demo is null ? static stream => stream : demo.Apply;
            ControlSide? control = null;
            await using HttpHost http = new(engine, () => BeginRoutes(control!), options.Demo, TimeProvider.System, log, held);
            EngineTarget target = new(engine, http, config => SetOwn(config, stop), TimeProvider.System, real);
            await using ControlSide side = control = new ControlSide(engine, options, reloads?.Source, target, log, cluster);
            await ServeHttpAsync(engine, options, http);
            Announce(options, engine, http.Server);
            if (reloads is not null && options.Engine.Streams.Count == 0 && !options.Engine.AcceptRegister)
            {
                program.Say(Banner.NoStreams(Printable.Line(reloads.Source.File)));
            }

            SayUnused(held);
            side.Reloader.Reloaded += _ => SayUnused(held);
            StreamEditor editor = new(side.Reloader, side.Store, new StreamRevisions(), log.CreateLogger("Api"));
            cluster?.Start(engine, editor, side.Store, side.Reloader);
            certificates?.Start(() => engine.Certificates, log.CreateLogger("Certificates"));
            await using ServiceReport report = new(manager, engine);
            report.Follow(side.Reloader);
            report.Start();
            if (watch is not null)
            {
                Watch(watch, reloads!, side.Reloader.ReloadAsync, certificates);
            }

            _ = ReleaseStartAsync();
            await Task.WhenAny(stop.Task, stop.Draining);
            manager.Stopping();
            await DrainAsync(engine, stop);
            watch?.Stop();
            certificates?.Stop();
            await StopAsync(http, engine, demo);
            return 0;
        }
        catch (ProxyStartException cause)
        {
            program.Say(Printable.Line(cause.Message) + "\n");
            return 1;
        }
    }

    /// <summary>What only the start needed is not kept in memory for weeks.</summary>
    private static async Task ReleaseStartAsync()
    {
        await Task.Delay(s_started);
        await Outbound.RunAsync(static () => Task.FromResult(StartupPages.Release()));
    }

    /// <summary>Whoever has the configuration read again may mean the certificates: they are read behind it.</summary>
    private static void Watch(
        FileWatch watch, ReloadSource reloads, Func<ReloadCause, Task> reload, CertificateReload? certificates)
    {
        watch.Start(reloads.Source.Stamps, async cause =>
        {
            await reload(cause);
            certificates?.Ask();
            return reloads.Source.Stamps;
        });
    }

    /// <summary>What of the configuration is the program's own, and live.</summary>
    private void SetOwn(ProxyConfig config, StopSignal stop)
    {
        style.Set(config.Log);
        stop.Drain = config.Shutdown.Drain;
    }

    private void SayUnused(HeldSockets held)
    {
        foreach (string socket in held.TellUnused())
        {
            program.Say(
                $"The service manager holds {socket} for us, and the configuration listens at no such address: "
                + "whoever connects there is not answered. "
                + "Remedy: the same addresses in the unit (ListenStream=) and under rtsp.listen, rtsps.listen or http.listen.\n");
        }
    }

    /// <summary>From the first HTTP server on the API shows the log.</summary>
    private IReadOnlyList<HttpRoute> BeginRoutes(ControlSide control)
    {
        style.History = control.Log;
        return control.BeginRoutes();
    }

    /// <summary>Where it is wanted. A demo has a page wherever there is room for it.</summary>
    private static async Task ServeHttpAsync(ProxyEngine engine, ProgramOptions options, HttpHost http)
    {
        try
        {
            await http.StartAsync(options.Demo ? options.Http.Wanted() : options.Http);
        }
        catch (ProxyStartException) when (options.Demo && !options.Http.IsOn)
        {
            await http.StartAsync(options.Http with { Listen = [new ListenPoint(IPAddress.Loopback, 0)] });
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    private void Announce(ProgramOptions options, ProxyEngine engine, HttpServer? http)
    {
        string host = OwnAddress.Find(options.Engine.BindAddress, engine.ListensOnIPv4, engine.ListensOnIPv6);
        int port = engine.RtspPort;
        if (options.AskedPort is { } asked && asked != port)
        {
            program.Say(Banner.OtherPort(asked));
        }

        // One entry: nothing that the engine says meanwhile comes between the lines of a pair.
        program.Say(Banner.Streams(options.Engine, host, port, engine.TunnelPort)
            + (engine.RtspsPort == 0 ? string.Empty : Banner.Rtsps(host, engine.RtspsPort))
            + (http is null ? string.Empty : Banner.Http(http.Url, HasPage(options.Http))));
        engine.StreamRegistered += (url, name) => program.Say(Banner.Registered(url, host, port, name));
    }

    /// <summary>An address of metrics alone has none; that of a demo does.</summary>
    private static bool HasPage(HttpConfig http) => http.Dashboard && (http.Listen.Count > 0 || !http.IsOn);

    /// <summary>Lets nobody new in until the last viewer has gone, the time is over, or another signal comes.</summary>
    private async Task DrainAsync(ProxyEngine engine, StopSignal stop)
    {
        if (stop.Task.IsCompleted)
        {
            return;
        }

        engine.BeginDrain();
        program.Say(
            $"Draining: no new viewers; the end comes with the last of {engine.Viewers}, and in {stop.Drain.TotalSeconds:0.#} s at the latest.\n");
        long began = Stopwatch.GetTimestamp();
        while (engine.Viewers > 0 && Stopwatch.GetElapsedTime(began) < stop.Drain && !stop.Task.IsCompleted)
        {
            await Task.WhenAny(stop.Task, Task.Delay(s_drainLook)); // a reload may make it longer, or shorter
        }

        stop.Ask();
    }

    private async Task StopAsync(HttpHost http, ProxyEngine engine, DemoCamera? demo)
    {
        try
        {
            await StopAllAsync(http, engine, demo).WaitAsync(s_longestStop);
        }
        catch (TimeoutException)
        {
            program.Say("Ended without waiting longer: some cameras or viewers may not have been told.\n");
        }
    }

    /// <summary>The proxy first: its camera is to hear its TEARDOWN.</summary>
    private static async Task StopAllAsync(HttpHost http, ProxyEngine engine, DemoCamera? demo)
    {
        Task page = http.DisposeAsync().AsTask();
        await engine.DisposeAsync();
        await page;
        if (demo is not null)
        {
            await demo.DisposeAsync();
        }
    }
}
