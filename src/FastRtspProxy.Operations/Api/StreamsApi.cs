using System.Text.Json;
using System.Text.Json.Nodes;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>Streams: looked at, made, changed, taken away, begun anew.</summary>
internal sealed class StreamsApi(
    IEngineView engine, Reloader reloader, StreamStore store, StreamEditor editor, StreamRevisions revisions, LongAnswers answers,
    Func<string, StreamOwner?>? ownerOf = null)
{
    private const string All = "/api/v1/streams";
    private const string One = "/api/v1/streams/{name}";

    /// <summary>Streams that are no long answer.</summary>
    private const int ShortPage = 200;

    private readonly ShownConfigs _configs = new();

    public IEnumerable<HttpRoute> Routes =>
    [
        new HttpRoute("GET", All, AccessRights.Status, ListAsync),
        new HttpRoute("GET", One, AccessRights.Status, GetAsync),
        new HttpRoute("PUT", One, AccessRights.Api, PutAsync),
        new HttpRoute("PATCH", One, AccessRights.Api, PatchAsync),
        new HttpRoute("DELETE", One, AccessRights.Api, DeleteAsync),
        new HttpRoute("POST", One + "/restart", AccessRights.Api, RestartAsync),
        new HttpRoute("GET", One + "/sdp", AccessRights.Status, DescribeAsync),
    ];

    private async Task ListAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem, "state", "prefix", "limit", "after") is not { } query
            || !query.TryCount("limit", out int? limit, out problem))
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        string[] states = query.Text("state")?.Split(',') ?? [];
        if (Array.Find(states, static state => !StreamView.States.Contains(state)) is { } unknown)
        {
            await ApiProblems.BadRequest($"There is no state \"{ApiProblems.Shown(unknown)}\"; there are {string.Join(", ", StreamView.States)}.")
                .WriteAsync(exchange.Context);
            return;
        }

        ProxyConfig config = reloader.Running;
        IEnumerable<StreamView> asked = StreamView.Join(config, store, await engine.StreamsAsync()).Where(view => exchange.MayFor(view.Name));
        if (query.Text("prefix") is { } prefix)
        {
            asked = asked.Where(view => view.Name.StartsWith(prefix, StringComparison.Ordinal));
        }

        StreamView[] all = [.. asked.Where(view => states.Length == 0 || states.Contains(view.State))];
        StreamView[] rest = query.Text("after") is { } after ? [.. all.Where(view => string.CompareOrdinal(view.Name, after) > 0)] : all;
        StreamView[] page = limit is { } most && most < rest.Length ? rest[..most] : rest;
        StreamUrls urls = StreamUrls.Of(exchange, engine);
        await answers.WriteAsync(
            exchange,
            page.Length > ShortPage,
            page,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("total", all.Length);
                StreamJson.WriteText(json, "next", page.Length < rest.Length ? page[^1].Name : null);
                json.WriteStartArray("streams");
            },
            (json, view) => StreamJson.Write(
                json, view, urls, TagOf(view), _configs.Of(view, config.Defaults), config.Log.Addresses, more => WriteOwner(more, view)),
            static json =>
            {
                json.WriteEndArray();
                json.WriteEndObject();
            });
    }

    private async Task GetAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is null || (problem = Forbidden(exchange)) is not null)
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        StreamView? view = await FindAsync(exchange.Name!);
        await (view is null
            ? ApiProblems.NoStream(exchange.Name!).WriteAsync(exchange.Context)
            : ApiAnswer.WriteAsync(
                exchange,
                StatusCodes.Status200OK,
                json => StreamJson.Write(
                    json, view, StreamUrls.Of(exchange, engine), TagOf(view), _configs.Of(view, reloader.Running.Defaults),
                    reloader.Running.Log.Addresses, more => WriteOwner(more, view)),
                TagOf(view)));
    }

    private void WriteOwner(Utf8JsonWriter json, StreamView view) => ClusterApi.WriteOwner(json, ownerOf?.Invoke(view.Name));

    private Task PutAsync(HttpExchange exchange) => ChangeAsync(exchange, isMerge: false);

    private Task PatchAsync(HttpExchange exchange) => ChangeAsync(exchange, isMerge: true);

    private async Task ChangeAsync(HttpExchange exchange, bool isMerge)
    {
        (EditRequest? request, HttpProblem? problem) = Read(exchange, isMerge);
        if (request is not null && !ApiBody.IsJson(exchange.Request))
        {
            problem = ApiProblems.WrongType(isMerge ? "application/merge-patch+json (RFC 7396)" : "application/json");
        }

        byte[] bytes = [];
        if (problem is null)
        {
            (bytes, problem) = await ApiBody.ReadAsync(exchange, ApiBody.BytesMax);
        }

        JsonObject? body = null;
        if (problem is null)
        {
            body = JsonText.Parse(bytes, out string fault);
            problem = body is null ? ApiProblems.BadRequest(fault) : null;
        }

        if (problem is null)
        {
            EditOutcome outcome = await editor.EditAsync(request! with { Body = body });
            problem = outcome.Problem;
            if (problem is null)
            {
                await AnswerAsync(exchange, request!, outcome);
                return;
            }
        }

        await problem.WriteAsync(exchange.Context);
    }

    private async Task DeleteAsync(HttpExchange exchange)
    {
        (EditRequest? request, HttpProblem? problem) = Read(exchange, isMerge: false);
        problem ??= (await editor.EditAsync(request!)).Problem;
        if (problem?.Status == StatusCodes.Status404NotFound && await engine.StreamAsync(exchange.Name!) is not null)
        {
            problem = ApiProblems.NotConfigured(exchange.Name!);
        }

        await (problem is null ? ApiAnswer.NoContentAsync(exchange) : problem.WriteAsync(exchange.Context));
    }

    private async Task RestartAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is null || (problem = Forbidden(exchange)) is not null)
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        await (await engine.RestartAsync(exchange.Name!)
            ? ApiAnswer.NoContentAsync(exchange)
            : ApiProblems.NoStream(exchange.Name!).WriteAsync(exchange.Context));
    }

    private async Task DescribeAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is null || (problem = Forbidden(exchange)) is not null)
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        if (await engine.DescriptionAsync(exchange.Name!) is not { } sdp)
        {
            problem = await FindAsync(exchange.Name!) is null ? ApiProblems.NoStream(exchange.Name!)
                : ApiProblems.Conflict("the camera has not been described", "It is described when it has been reached: see lastError of the stream.");
            await problem.WriteAsync(exchange.Context);
            return;
        }

        exchange.Response.ContentType = "application/sdp";
        exchange.Response.Headers.CacheControl = "no-store";
        exchange.Response.ContentLength = sdp.Length;
        await exchange.Response.Body.WriteAsync(sdp, exchange.Ended);
    }

    /// <summary>The conditions and parameters of a change.</summary>
    private static (EditRequest? Request, HttpProblem? Problem) Read(HttpExchange exchange, bool isMerge)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem, "dryRun", "persist") is not { } query
            || query.Flag("dryRun", false, out problem) is not { } isDryRun || query.Flag("persist", true, out problem) is not { } persists)
        {
            return (null, problem);
        }

        if (Forbidden(exchange) is { } forbidden)
        {
            return (null, forbidden);
        }

        return (new EditRequest(exchange.Name!, null)
        {
            IsMerge = isMerge,
            IsDryRun = isDryRun,
            Persists = persists,
            IfMatch = exchange.Request.Headers.IfMatch,
            IfNoneMatch = exchange.Request.Headers.IfNoneMatch,
        }, null);
    }

    /// <summary>A role may have the right for some streams only.</summary>
    private static HttpProblem? Forbidden(HttpExchange exchange) => exchange.MayFor(exchange.Name!) ? null : ApiProblems.NotForThisStream;

    private async Task AnswerAsync(HttpExchange exchange, EditRequest request, EditOutcome outcome)
    {
        StreamStatus? status = await engine.StreamAsync(request.Name);
        StreamView view = new(request.Name, outcome.Config, outcome.Stored, status);
        string? tag = request.IsDryRun || outcome.Config is null ? null : revisions.Of(outcome.Config);
        bool isMade = outcome.IsNew && !request.IsDryRun;
        if (isMade)
        {
            exchange.Response.Headers.Location = "/api/v1/streams/" + Uri.EscapeDataString(request.Name);
        }

        await ApiAnswer.WriteAsync(
            exchange,
            isMade ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            json => StreamJson.Write(
                json, view, StreamUrls.Of(exchange, engine), tag, _configs.Of(view, reloader.Running.Defaults), reloader.Running.Log.Addresses,
                more => WriteOutcome(more, request, outcome)),
            tag);
    }

    private static void WriteOutcome(Utf8JsonWriter json, EditRequest request, EditOutcome outcome)
    {
        if (request.IsDryRun)
        {
            json.WriteBoolean("dryRun", true);
        }

        HttpJson.WriteTexts(json, "applied", outcome.Result?.Applied ?? []);
        HttpJson.WriteTexts(json, "cleared", outcome.Cleared);
        HttpJson.WriteTexts(json, "warnings", outcome.Warnings);
    }

    private async Task<StreamView?> FindAsync(string name)
    {
        StreamConfig? config = reloader.Running.Streams.FirstOrDefault(stream => stream.Name == name);
        StreamStatus? status = await engine.StreamAsync(name);
        return config is not null ? StreamView.Of(config, store, status) : status is not null ? new StreamView(name, null, null, status) : null;
    }

    private string? TagOf(StreamView view) => view.Config is { } config ? revisions.Of(config) : null;
}
