using System.IO.Compression;
using System.IO.Pipelines;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Metrics;

/// <summary>For Prometheus, and for whoever reads its text format.</summary>
internal static class MetricsRoutes
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <inheritdoc cref="MetricsRoutes"/>
    public static IEnumerable<HttpRoute> All(ProxyEngine engine, MetricsSources sources)
    {
        MetricsPage page = new(engine.Counters, sources with { Certificates = () => engine.Certificates?.States ?? [] });
        return [new HttpRoute("GET", "/metrics", AccessRights.Status, exchange => AnswerAsync(exchange, page, sources))];
    }

    private static async Task AnswerAsync(HttpExchange exchange, MetricsPage page, MetricsSources sources)
    {
        if (!sources.Config().Enabled)
        {
            await new HttpProblem(StatusCodes.Status404NotFound, "metrics are switched off")
            {
                Detail = "They are on with http.metrics.enabled: true.",
            }.WriteAsync(exchange.Context);
            return;
        }

        string? stream = exchange.Request.Query["stream"].ToString() is { Length: > 0 } wanted ? wanted : null;
        HttpResponse response = exchange.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept-Encoding";
        bool isWritten = TakesGzip(exchange.Request)
            ? await TryWriteZippedAsync(response, page, stream, exchange.Ended)
            : await page.TryWriteAsync(response.BodyWriter, stream, exchange.Ended);
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
