using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Tests.Operations.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastRtspProxy.Tests.Operations.Live;

/// <summary>Routes behind a small Kestrel on loopback, without the door: who may what is the test's to say.</summary>
internal sealed class RouteHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RouteHost(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<RouteHost> StartAsync(IEnumerable<HttpRoute> routes, Func<AccessQuestion, bool>? may = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        HttpRoute[] table = [.. routes];
        app.Run(context => WorkAsync(context, table, may ?? (static _ => true)));
        await app.StartAsync();
        return new RouteHost(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task WorkAsync(HttpContext context, HttpRoute[] table, Func<AccessQuestion, bool> may)
    {
        string[] path = (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0]).Split('/');
        foreach (HttpRoute route in table.Where(route => route.Method == context.Request.Method))
        {
            string[] template = route.Template.Split('/');
            if (template.Length == path.Length && template.Zip(path).All(static pair => pair.First == pair.Second || pair.First.StartsWith('{')))
            {
                int at = Array.FindIndex(template, static part => part.StartsWith('{'));
                await route.Work(new HttpExchange(context, route, at < 0 ? null : Uri.UnescapeDataString(path[at]), HttpIdentity.Nobody, new FakeRights(may))
                {
                    Address = IPAddress.Loopback,
                    Ended = context.RequestAborted,
                });
                return;
            }
        }

        context.Response.StatusCode = 404;
    }
}
