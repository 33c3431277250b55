using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>For whoever starts, stops and balances us: does it live, and may clients be sent to it?</summary>
internal static class HealthRoutes
{
    public const string Live = "/healthz";

    public static IEnumerable<HttpRoute> All(ProxyEngine engine) => All(engine, new HealthLook(engine.TakeTurnsAsync, TimeProvider.System));

    private static IEnumerable<HttpRoute> All(ProxyEngine engine, HealthLook look) =>
    [
        new("GET", Live, AccessRights.None, async exchange =>
        {
            string? problem = await look.WhyNotAsync();
            await AnswerAsync(exchange, problem);
        }),
        new("GET", "/readyz", AccessRights.None, async exchange =>
        {
            // Whoever balances us and mistypes a parameter would be told of something else, and that it is well.
            if (ApiQuery.Of(exchange, out HttpProblem? wrong, "stream") is not { } query)
            {
                await wrong!.WriteAsync(exchange.Context);
                return;
            }

            if (query.Text("stream") is { } stream)
            {
                await AnswerOfStreamAsync(exchange, engine, stream);
                return;
            }

            // Whoever is asked listens, and has a configuration: the server begins behind both.
            string? problem = engine.IsDraining ? "draining: no new viewers" : await look.WhyNotAsync();
            await AnswerAsync(exchange, problem);
        }),
    ];

    /// <summary>Which streams there are is for those who may ask the API.</summary>
    private static async Task AnswerOfStreamAsync(HttpExchange exchange, ProxyEngine engine, string stream)
    {
        if (!exchange.Has(AccessRights.Status, stream))
        {
            await new HttpProblem(StatusCodes.Status401Unauthorized, "this needs a log-in")
            {
                Detail = "To ask for a stream takes the right status.",
            }.WriteAsync(exchange.Context);
            return;
        }

        if (await engine.Status.StreamAsync(stream) is not { } status)
        {
            await new HttpProblem(StatusCodes.Status404NotFound, "no such stream").WriteAsync(exchange.Context);
            return;
        }

        await AnswerAsync(exchange, status.IsUp ? null : Why(status));
    }

    private static string Why(StreamStatus status) =>
        $"{status.State.ToString().ToLowerInvariant()}{(status.LastError is { } error ? $": {Printable.Line(error.Text)}" : "")}";

    private static Task AnswerAsync(HttpExchange exchange, string? problem)
    {
        HttpResponse response = exchange.Response;
        response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync((problem ?? "ok") + "\n", exchange.Ended);
    }
}
