using System.Net;
using System.Text;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using FastRtspProxy.Tests.Operations.Cluster;
using FastRtspProxy.Tests.Operations.Configuration;
using FastRtspProxy.Tests.Operations.Http;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>The API without its door, over a proxy that is none: each answer is held to docs/openapi.json.</summary>
internal sealed class ApiBench : IAsyncDisposable
{
    private readonly HttpRouter _router;
    private readonly string? _owned;

    /// <param name="written">The configuration file.</param>
    /// <param name="folder">Where streams are kept; empty: a folder of its own; null: nowhere.</param>
    /// <param name="hasFile">False: there are arguments alone.</param>
    public ApiBench(string written = "streams: {file: {source: rtsp://192.0.2.9/a}}", string? folder = "", bool hasFile = true)
    {
        _owned = folder is "" ? Directory.CreateTempSubdirectory("frp-api-").FullName : null;
        Folder = _owned ?? folder;
        Written = written;
        Store = new StreamStore(static address => address.ToString() == "192.0.2.1");
        LoadedConfig started = Store.Begin(Load());
        Started = started;
        Reloader = new Reloader(started.Config!, () => Store.ReadAsync(() => Task.FromResult(Load())), Proxy, Time, Log.CreateLogger("Configuration"))
        {
            Done = Store.OnReloadedAsync,
        };
        Proxy.ApplyAsync(ConfigComparisonOf(started.Config!)).GetAwaiter().GetResult();
        Proxy.Differences.Clear();
        Events = new EventLog(Time, () => Reloader.Running.Log.Addresses);
        ProgramFacts facts = new(
            "1.2.3", Time.GetUtcNow(), Time.GetTimestamp(), hasFile ? ConfigBench.File : null, static text => ConfigCheck.Run(text, ConfigArguments.None));
        _router = new HttpRouter([.. ApiRoutes.All(Proxy, Reloader, Store, Events, History, facts, Time, Log.CreateLogger("Api"))]);
    }

    public FakeProxy Proxy { get; } = new();

    public JumpingTime Time { get; } = new();

    public CollectedLog Log { get; } = new();

    public StreamStore Store { get; }

    public Reloader Reloader { get; }

    public EventLog Events { get; }

    public LogHistory History { get; } = new();

    public string? Folder { get; }

    /// <summary>The file, as the next reload reads it.</summary>
    public string Written { get; set; }

    /// <summary>What the start read.</summary>
    public LoadedConfig Started { get; }

    /// <summary>Who may do what; everybody everything.</summary>
    public Func<AccessQuestion, bool> May { get; set; } = static _ => true;

    /// <summary>False: it is for some streams only.</summary>
    public bool MayForEveryStream { get; set; } = true;

    /// <summary>Every answer, with the route that gave it.</summary>
    public List<(HttpRoute Route, ApiAnswerText Answer)> Answers { get; } = [];

    public IEnumerable<HttpRoute> Routes => _router.Routes;

    /// <param name="method">Of HTTP.</param>
    /// <param name="target">Behind /api/v1, with its query.</param>
    /// <param name="body">Single quotation marks are double ones.</param>
    /// <param name="headers">Lines.</param>
    public async Task<ApiAnswerText> AskAsync(string method, string target, string? body = null, params string[] headers)
    {
        target = "/api/v1" + target;
        Assert.True(HttpRouter.TrySplit(target, out string[]? path));
        HttpRoute? route = _router.Find(method, path, out string? name, out _);
        Assert.NotNull(route);
        DefaultHttpContext context = new();
        context.Request.Method = method;
        context.Request.Host = new HostString("proxy.example:9554");
        int query = target.IndexOf('?', StringComparison.Ordinal);
        context.Request.QueryString = query < 0 ? default : new QueryString(target[query..]);
        if (body is not null)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(body.Replace('\'', '"'));
            context.Request.Body = new MemoryStream(bytes);
            context.Request.ContentLength = bytes.Length;
        }

        foreach (string header in headers)
        {
            string[] parts = header.Split(": ", 2);
            context.Request.Headers[parts[0]] = parts[1];
        }

        using MemoryStream answer = new();
        context.Response.Body = answer;
        await route.Work(new HttpExchange(context, route, name, new HttpIdentity(HttpIdentityKind.Token, null), new FakeRights(question => May(question)) { IsForEveryStream = MayForEveryStream })
        {
            Address = IPAddress.Loopback,
            Ended = default,
        });
        await context.Response.BodyWriter.FlushAsync();
        Dictionary<string, string> sent = context.Response.Headers.ToDictionary(static one => one.Key, static one => one.Value.ToString());
        ApiAnswerText text = new(context.Response.StatusCode, Encoding.UTF8.GetString(answer.ToArray()), sent);
        OpenApiCheck.Hold(route, text);
        lock (Answers)
        {
            Answers.Add((route, text));
        }

        return text;
    }

    /// <summary>The same, of which the status is known.</summary>
    public async Task<ApiAnswerText> MustAsync(int status, string method, string target, string? body = null, params string[] headers)
    {
        ApiAnswerText answer = await AskAsync(method, target, body, headers);
        Assert.True(answer.Status == status, $"{method} {target}: {answer.Status} {answer.Text}");
        return answer;
    }

    /// <summary>The program anew, over what it left on the disk.</summary>
    public ApiBench Restart() => new(Written, Folder);

    public string[] FileNames() => [.. Directory.EnumerateFiles(Folder!).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public string PathOf(string file) => Path.Combine(Folder!, file);

    public async ValueTask DisposeAsync()
    {
        await Events.DisposeAsync();
        if (_owned is not null)
        {
            Directory.Delete(_owned, recursive: true);
        }
    }

    private static ConfigDifference ConfigComparisonOf(ProxyConfig started) =>
        ConfigComparison.Of(started with { Streams = [] }, started);

    private LoadedConfig Load() => new ConfigBench().Load(Folder is null ? Written : Written + $"\nstreamsDirectory: {Folder}");
}
