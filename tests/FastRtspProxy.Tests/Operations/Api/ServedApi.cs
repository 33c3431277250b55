using FastRtspProxy.CommandLine;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Tests.Operations.Http;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>What the program puts together, without its process: an engine, the server, and what it serves.</summary>
internal sealed class ServedApi(HttpBench http, ControlSide control, IReadOnlyList<HttpRoute> routes) : IAsyncDisposable
{
    /// <summary>The header of changes.</summary>
    public const string Marked = HttpPipeline.ChangeHeader + ": test";

    public HttpBench Http => http;

    /// <summary>The routes of the API itself.</summary>
    public IEnumerable<HttpRoute> ApiRoutes
    {
        get
        {
            HashSet<(string, string)> own = [.. new ApiBench(folder: null).Routes.Select(static route => (route.Method, route.Template))];
            return routes.Where(route => own.Contains((route.Method, route.Template)));
        }
    }

    public static async Task<ServedApi> StartAsync(AccessRules? rules)
    {
        StreamConfig cam = new() { Name = "cam", Sources = ["rtsp://127.0.0.1:9/a"], Transport = CameraWay.Tcp, Start = new StartConfig { Mode = StartMode.Live } };
        ProxyConfig config = new() { Streams = [cam], Http = new HttpConfig().Wanted() };
        ControlSide? control = null;
        IReadOnlyList<HttpRoute> routes = [];
        HttpBench http = await HttpBench.StartAsync(rules, (engine, log) =>
        {
            EngineTarget target = new(engine, null, static _ => { }, TimeProvider.System, static stream => stream);
            control = new ControlSide(engine, ProgramOptions.Of(config, demo: false, askedPort: null), null, target, log);
            return routes = control.BeginRoutes();
        });
        return new ServedApi(http, control!, routes);
    }

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        await http.DisposeAsync();
    }
}
