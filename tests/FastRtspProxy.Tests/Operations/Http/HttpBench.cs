using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FastRtspProxy.Tests.Operations.Http;

/// <summary>A whole engine with an HTTP server on loopback, and routes that say what reached them.</summary>
internal sealed class HttpBench : IAsyncDisposable
{
    public const string Token = "a-token-of-sixteen-and-more";

    private readonly ProxyHost _host;

    private HttpBench(ProxyHost host, HttpServer server, FakeTimeProvider time)
    {
        _host = host;
        Server = server;
        Time = time;
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = new Uri(server.Url) };
    }

    public HttpServer Server { get; }

    public HttpClient Client { get; }

    public FakeTimeProvider Time { get; }

    public ProxyEngine Engine => _host.Engine;

    public int Port => Client.BaseAddress!.Port;

    public string LogText => string.Join('\n', _host.Log.Texts);

    public static Task<HttpBench> StartAsync(HttpConfig? config = null, AccessRules? rules = null, params HttpRoute[] more) =>
        StartAsync(config ?? new HttpConfig(), static o => o, rules, more);

    /// <summary>With routes that ask the engine.</summary>
    public static Task<HttpBench> StartAsync(AccessRules? rules, Func<ProxyEngine, ILoggerFactory, IEnumerable<HttpRoute>> more) =>
        StartAsync(new HttpConfig(), static o => o, rules, more);

    public static Task<HttpBench> StartAsync(
        HttpConfig config, Func<ProxyOptions, ProxyOptions> change, AccessRules? rules, params HttpRoute[] more) =>
        StartAsync(config, change, rules, (_, _) => [.. Probes, .. more]);

    private static async Task<HttpBench> StartAsync(
        HttpConfig config, Func<ProxyOptions, ProxyOptions> change, AccessRules? rules, Func<ProxyEngine, ILoggerFactory, IEnumerable<HttpRoute>> more)
    {
        ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", "rtsp://127.0.0.1:9/a")], o => change(o with { Access = rules }));
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        if (config.Listen.Count == 0)
        {
            config = config with { Listen = [new ListenPoint(IPAddress.Loopback, 0)] };
        }

        HttpServer server = await HttpServer.StartAsync(host.Engine, config, more(host.Engine, host.Log), time, host.Log);
        return new HttpBench(host, server, time);
    }

    /// <summary>Sends one request; header lines as they stand in it.</summary>
    public async Task<(int Status, string Body, HttpResponseMessage Response)> AskAsync(string method, string path, string? json = null, params string[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(Client.BaseAddress + path.TrimStart('/')));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            request.Headers.ExpectContinue = json.Length > 10_000; // a body that is refused is not sent: the answer would be lost with a reset
        }

        foreach (string header in headers)
        {
            string[] parts = header.Split(": ", 2);
            Assert.True(request.Headers.TryAddWithoutValidation(parts[0], parts[1]));
        }

        HttpResponseMessage response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public async Task<int> StatusAsync(string method, string path, params string[] headers) => (await AskAsync(method, path, null, headers)).Status;

    /// <summary>Sends text as it stands, and gives the status line of the answer; empty: the connection was closed without one.</summary>
    public async Task<string> SayAsync(string text)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        using StreamReader reader = new(stream);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await _host.DisposeAsync();
    }

    private static HttpRoute[] Probes =>
    [
        new("GET", "/probe/status", AccessRights.Status, Say),
        new("GET", "/probe/stream/{name}", AccessRights.Status, static e => e.Response.WriteAsync($"{e.Name} {e.MayRead(e.Name!, isKnown: true)}")),
        new("GET", "/probe/origin", AccessRights.Status, Say) { LooksAtOrigin = true },
        new("GET", "/probe/address", AccessRights.None, static e => e.Response.WriteAsync(e.Address.ToString())),
        new("POST", "/probe/change", AccessRights.Api, Say),
        new("POST", "/probe/body", AccessRights.Api, static async e => await e.Response.WriteAsync($"{(await new StreamReader(e.Request.Body).ReadToEndAsync()).Length}")),
        new("GET", "/probe/wrong", AccessRights.Status, static _ => throw new InvalidOperationException("with a secret in it")),
        new("GET", "/probe/wait", AccessRights.Status, static async e =>
        {
            await e.Response.WriteAsync("waiting\n");
            await e.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, e.Ended);
        }),
        new("GET", "/metrics", AccessRights.Status, Say),
    ];

    private static Task Say(HttpExchange exchange) => exchange.Response.WriteAsync("done " + exchange.Identity.Kind);
}
