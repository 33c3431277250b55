using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>What happened last between us and a stream's camera: kept for each stream by itself, since the events of all would push it out.</summary>
internal sealed class DialogueApi(IEngineView engine, Reloader reloader)
{
    public IEnumerable<HttpRoute> Routes => [new HttpRoute("GET", "/api/v1/streams/{name}/dialogue", AccessRights.Status, AnswerAsync)];

    /// <summary>In the order of the kinds.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "connecting", "connected", "described", "setUp", "playing", "media", "paused", "closed", "lost", "otherWay", "waiting", "renewed",
    ];

    private async Task AnswerAsync(HttpExchange exchange)
    {
        string name = exchange.Name!;
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is null)
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        if (!exchange.MayFor(name))
        {
            await ApiProblems.NotForThisStream.WriteAsync(exchange.Context);
            return;
        }

        IReadOnlyList<CameraStep>? steps = engine.CameraStepsOf(name);
        if (steps is null && reloader.Running.Streams.All(one => one.Name != name))
        {
            await ApiProblems.NoStream(name).WriteAsync(exchange.Context);
            return;
        }

        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("steps");
            foreach (CameraStep step in steps ?? [])
            {
                Write(json, step);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, CameraStep step)
    {
        json.WriteStartObject();
        StreamJson.WriteTime(json, "at", step.At);
        json.WriteString("step", Words[(int)step.Kind]);
        json.WriteString("text", StreamJson.WithoutSecrets(step.Text));
        json.WriteNumber("times", step.Times);
        StreamJson.WriteTime(json, "since", step.Since);
        json.WriteEndObject();
    }
}
