using System.IO.Compression;
using System.IO.Pipelines;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>For Prometheus, and for whoever reads its text format.</summary>
internal static class MetricsRoutes
{
    /// <summary>Pages that are written at once.</summary>
    private const int AtOnceMax = 2;

    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(2);

    /// <summary>As long as Prometheus waits by default.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(10);

    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <inheritdoc cref="MetricsRoutes"/>
    public static IEnumerable<HttpRoute> All(ProxyEngine engine, MetricsSources sources)
    {
        SemaphoreSlim turns = new(AtOnceMax);
        MetricsPage page = new(engine.Counters, sources with { Certificates = () => engine.Certificates?.States ?? [] });
        Task Answer(HttpExchange exchange) => InTurnAsync(exchange, turns, limit => AnswerAsync(exchange, page, sources, limit));
        return [new HttpRoute("GET", "/metrics", AccessRights.Status, Answer) { IsOfEveryStream = true }];
    }

    /// <summary>Nobody may have to log in for it, and a page asks every shard: whoever asks faster than that waits, and is sent away.</summary>
    private static async Task InTurnAsync(HttpExchange exchange, SemaphoreSlim turns, Func<CancellationToken, Task> answer)
    {
        if (!await turns.WaitAsync(s_turn, exchange.Ended))
        {
            exchange.Response.Headers.RetryAfter = "1";
            await new HttpProblem(StatusCodes.Status503ServiceUnavailable, "too many ask for the metrics at once").WriteAsync(exchange.Context);
            return;
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(exchange.Ended);
            limit.CancelAfter(s_answer); // a slow reader does not keep the turn
            await answer(limit.Token);
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task AnswerAsync(HttpExchange exchange, MetricsPage page, MetricsSources sources, CancellationToken limit)
    {
        if (!sources.Config().Enabled)
        {
            await new HttpProblem(StatusCodes.Status404NotFound, "metrics are switched off")
            {
                Detail = "They are on with http.metrics.enabled: true.",
            }.WriteAsync(exchange.Context);
            return;
        }

        if (ApiQuery.Of(exchange, out HttpProblem? wrong, "stream") is not { } query)
        {
            await wrong!.WriteAsync(exchange.Context);
            return;
        }

        string? stream = query.Text("stream");
        HttpResponse response = exchange.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept-Encoding";
        bool isWritten = TakesGzip(exchange.Request)
            ? await TryWriteZippedAsync(response, page, stream, limit)
            : await page.TryWriteAsync(response.BodyWriter, stream, limit);
        if (!isWritten)
        {
            response.Headers.ContentEncoding = default;
            await new HttpProblem(StatusCodes.Status404NotFound, "no such stream").WriteAsync(exchange.Context);
        }
    }

    private static async Task<bool> TryWriteZippedAsync(HttpResponse response, MetricsPage page, string? stream, CancellationToken ended)
    {
        response.Headers.ContentEncoding = "gzip";
        GZipStream zip = new(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        PipeWriter output = PipeWriter.Create(zip, new StreamPipeWriterOptions(leaveOpen: true));
        bool isWritten = await page.TryWriteAsync(output, stream, ended);
        if (isWritten)
        {
            await output.CompleteAsync();
            await zip.DisposeAsync(); // writes the end; where nothing was written, nothing is to follow
        }

        return isWritten;
    }

    /// <summary>RFC 9110 section 12.5.3; whoever weighs it with 0 does not want it.</summary>
    private static bool TakesGzip(HttpRequest request)
    {
        foreach (string part in request.Headers.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            string[] words = part.Split(';', StringSplitOptions.TrimEntries);
            if (words[0].Equals("gzip", StringComparison.OrdinalIgnoreCase))
            {
                return !words.Skip(1).Any(static word => word is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
            }
        }

        return false;
    }
}
