using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FastRtspProxy.Operations.Api;

/// <summary>The program itself: what it is, its configuration, its reloads, and whether it lets viewers in.</summary>
internal sealed class ProgramApi(IEngineView engine, Reloader reloader, StreamStore store, ProgramFacts facts, TimeProvider time)
{
    public IEnumerable<HttpRoute> Routes =>
    [
        new HttpRoute("GET", "/api/v1/info", AccessRights.Status, InfoAsync),
        new HttpRoute("GET", "/api/v1/config", AccessRights.Status, ConfigAsync) { IsOfEveryStream = true },
        new HttpRoute("POST", "/api/v1/config/check", AccessRights.Api, CheckAsync) { IsOfEveryStream = true },
        new HttpRoute("GET", "/api/v1/reload", AccessRights.Status, LastReloadAsync) { IsOfEveryStream = true },
        new HttpRoute("POST", "/api/v1/reload", AccessRights.Api, ReloadAsync) { IsOfEveryStream = true },
        new HttpRoute("POST", "/api/v1/drain", AccessRights.Api, exchange => DrainAsync(exchange, true)) { IsOfEveryStream = true },
        new HttpRoute("DELETE", "/api/v1/drain", AccessRights.Api, exchange => DrainAsync(exchange, false)) { IsOfEveryStream = true },
    ];

    private async Task InfoAsync(HttpExchange exchange)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        ProxyConfig config = reloader.Running;
        (int streams, int viewers) = await CountAsync(exchange, config);
        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("version", facts.Version);
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            StreamJson.WriteTime(json, "started", facts.Started);
            json.WriteNumber("uptime", Math.Round(time.GetElapsedTime(facts.Began).TotalSeconds, 3));
            json.WriteBoolean("draining", engine.IsDraining);
            json.WriteStartObject("listeners");
            WritePort(json, "rtsp", engine.RtspPort);
            WritePort(json, "rtsps", engine.RtspsPort);
            WritePort(json, "httpTunnel", engine.TunnelPort);
            json.WriteEndObject();
            json.WriteStartObject("limits");
            json.WriteNumber("viewers", config.Limits.Viewers);
            json.WriteNumber("viewersPerStream", config.Limits.ViewersPerStream);
            json.WriteNumber("memory", engine.MemoryBytes);
            json.WriteEndObject();
            json.WriteNumber("streams", streams);
            json.WriteNumber("viewers", viewers);
            json.WriteBoolean("keepsStreams", store.Files is not null);
            json.WriteBoolean("hasFile", facts.File is not null);
            json.WriteEndObject();
        });
    }

    /// <summary>Whoever may see some streams only is told of these: how many watch the others is none of its business.</summary>
    private async Task<(int Streams, int Viewers)> CountAsync(HttpExchange exchange, ProxyConfig config) => exchange.MayForEveryStream()
        ? (config.Streams.Count, engine.Viewers)
        : (config.Streams.Count(stream => exchange.MayFor(stream.Name)),
            (await engine.StreamsAsync()).Where(stream => exchange.MayFor(stream.Name)).Sum(static stream => stream.Viewers.Total));

    private async Task ConfigAsync(HttpExchange exchange)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        ProxyConfig config = reloader.Running;
        await ApiAnswer.WriteAsync(
            exchange,
            StatusCodes.Status200OK,
            json => RootKeys.Shape.Show(config with { Streams = [.. config.Streams.Where(stream => exchange.MayFor(stream.Name))] }).WriteTo(json));
    }

    /// <summary>A body is judged as a file; without one, what a reload would do now.</summary>
    private async Task CheckAsync(HttpExchange exchange)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        if (exchange.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ConfigText.BytesMax + 1;
        }

        (byte[] bytes, HttpProblem? problem) = await ApiBody.ReadAsync(exchange, ConfigText.BytesMax);
        if (problem is null && bytes.Length == 0 && facts.File is null)
        {
            problem = NoFile;
        }

        if (problem is not null)
        {
            await problem.WriteAsync(exchange.Context);
            return;
        }

        if (bytes.Length == 0)
        {
            ReloadResult result = await reloader.TryAsync();
            await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json => Write(json, result));
            return;
        }

        LoadedConfig loaded = await Outbound.RunAsync(() => Task.FromResult(facts.Check(bytes)));
        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("good", loaded.Config is not null);
            HttpJson.WriteTexts(json, "errors", Lines(loaded, isWarning: false));
            HttpJson.WriteTexts(json, "warnings", Lines(loaded, isWarning: true));
            json.WriteEndObject();
        });

        static IEnumerable<string> Lines(LoadedConfig loaded, bool isWarning) =>
            loaded.Remarks.Where(remark => remark.IsWarning == isWarning).Select(remark => (remark with { IsWarning = false }).Line(loaded.File));
    }

    private async Task LastReloadAsync(HttpExchange exchange)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        await (reloader.Last is { } last
            ? ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json => Write(json, last))
            : ApiAnswer.NoContentAsync(exchange));
    }

    private async Task ReloadAsync(HttpExchange exchange)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        if (facts.File is null)
        {
            await NoFile.WriteAsync(exchange.Context);
            return;
        }

        ReloadResult result = await reloader.ReloadAsync(ReloadCause.Request);
        await (result switch
        {
            { IsCutShort: true } => ApiProblems.Ending.WriteAsync(exchange.Context),
            { IsBroken: true } => ApiProblems.Broken.WriteAsync(exchange.Context),
            { IsTaken: false } => new HttpProblem(StatusCodes.Status422UnprocessableEntity, "the configuration cannot be used")
            {
                Detail = "The one before goes on.",
                Errors = [.. result.Errors.Select(static error => new HttpProblemPart("", error))],
            }.WriteAsync(exchange.Context),
            _ => ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json => Write(json, result)),
        });
    }

    private async Task DrainAsync(HttpExchange exchange, bool drains)
    {
        if (await RefusedAsync(exchange))
        {
            return;
        }

        engine.Drain(drains);
        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("draining", engine.IsDraining);
            json.WriteNumber("viewers", engine.Viewers);
            json.WriteEndObject();
        });
    }

    private static HttpProblem NoFile { get; } =
        ApiProblems.Conflict("there is no file", "The program was started with arguments alone: there is nothing to read again (--config FILE).");

    private static async Task<bool> RefusedAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is not null)
        {
            return false;
        }

        await problem!.WriteAsync(exchange.Context);
        return true;
    }

    private static void Write(Utf8JsonWriter json, ReloadResult result)
    {
        json.WriteStartObject();
        StreamJson.WriteTime(json, "at", result.At);
        json.WriteBoolean("good", result.IsTaken);
        HttpJson.WriteTexts(json, "applied", result.Applied);
        HttpJson.WriteTexts(json, "refused", result.Refused);
        HttpJson.WriteTexts(json, "failed", result.Failed);
        HttpJson.WriteTexts(json, "errors", result.Errors);
        HttpJson.WriteTexts(json, "warnings", result.Warnings);
        json.WriteString("took", string.Create(CultureInfo.InvariantCulture, $"{result.Took.TotalSeconds:0.000}s"));
        json.WriteEndObject();
    }

    private static void WritePort(Utf8JsonWriter json, string name, int port) => StreamJson.WriteNumber(json, name, port > 0 ? port : null);
}
