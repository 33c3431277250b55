using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>Who watches; and the end of that.</summary>
internal sealed class ViewersApi(IEngineView engine, Reloader reloader, LongAnswers answers)
{
    /// <summary>Viewers that are no long answer.</summary>
    private const int ShortList = 500;

    public IEnumerable<HttpRoute> Routes =>
    [
        new HttpRoute("GET", "/api/v1/streams/{name}/viewers", AccessRights.Status, ListAsync),
        new HttpRoute("GET", "/api/v1/viewers", AccessRights.Status, ListAsync),
        new HttpRoute("DELETE", "/api/v1/viewers/{name}", AccessRights.Api, EndAsync),
    ];

    private async Task ListAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem) is null)
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        string? stream = exchange.Name;
        if (stream is not null && !exchange.MayFor(stream))
        {
            await ApiProblems.NotForThisStream.WriteAsync(exchange.Context);
            return;
        }

        if (stream is not null && await engine.StreamAsync(stream) is null && reloader.Running.Streams.All(one => one.Name != stream))
        {
            await ApiProblems.NoStream(stream).WriteAsync(exchange.Context);
            return;
        }

        AddressDetail detail = reloader.Running.Log.Addresses;
        ViewerStatus[] viewers = [.. (await engine.ViewersAsync(stream)).Where(viewer => exchange.MayFor(viewer.Stream))];
        await answers.WriteAsync(
            exchange,
            viewers.Length > ShortList,
            viewers,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("total", viewers.Length);
                json.WriteStartArray("viewers");
            },
            (json, viewer) => Write(json, viewer, detail),
            static json =>
            {
                json.WriteEndArray();
                json.WriteEndObject();
            });
    }

    private async Task EndAsync(HttpExchange exchange)
    {
        string id = exchange.Name!;
        HttpProblem? problem = null;
        if (ApiQuery.Of(exchange, out problem) is not null)
        {
            ViewerStatus? viewer = await engine.ViewerAsync(id);
            problem = viewer is not null && exchange.MayFor(viewer.Stream) && await engine.EndViewerAsync(id) ? null : ApiProblems.NoViewer(id);
        }

        await (problem is null ? ApiAnswer.NoContentAsync(exchange) : problem.WriteAsync(exchange.Context));
    }

    private static void Write(Utf8JsonWriter json, ViewerStatus viewer, AddressDetail detail)
    {
        json.WriteStartObject();
        json.WriteString("id", viewer.Id);
        json.WriteString("stream", viewer.Stream);
        StreamJson.WriteText(json, "address", ShownAddress.Of(viewer.Address, detail));
        StreamJson.WriteText(json, "agent", viewer.Agent);
        StreamJson.WriteText(json, "user", viewer.User);
        json.WriteString("way", viewer.Way);
        json.WriteBoolean("playing", viewer.IsPlaying);
        StreamJson.WriteTime(json, "since", viewer.Since);
        json.WriteNumber("sentBytes", viewer.SentBytes);
        json.WriteNumber("sentPackets", viewer.SentPackets);
        json.WriteNumber("bitrate", viewer.Bitrate);
        StreamJson.WriteNumber(json, "lag", viewer.Lag);
        json.WriteNumber("droppedPackets", viewer.DroppedPackets);
        json.WriteNumber("reportedLostPackets", viewer.ReportedLostPackets);
        StreamJson.WriteNumber(json, "roundTrip", viewer.RoundTrip);
        json.WriteEndObject();
    }
}
