using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Api;

/// <summary><c>GET /api/v1/log?level=warning&amp;limit=100</c>: the last lines of the log.</summary>
internal sealed class LogApi(LogHistory history)
{
    /// <summary>As log.level of the configuration names them.</summary>
    private static readonly (string Word, LogLevel Level)[] s_levels =
    [
        ("error", LogLevel.Error), ("warning", LogLevel.Warning), ("info", LogLevel.Information), ("debug", LogLevel.Debug),
        ("trace", LogLevel.Trace),
    ];

    public IEnumerable<HttpRoute> Routes => [new HttpRoute("GET", "/api/v1/log", AccessRights.Api, AnswerAsync) { IsOfEveryStream = true }];

    private async Task AnswerAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? problem, "level", "limit") is not { } query
            || !query.TryCount("limit", out int? limit, out problem))
        {
            await problem!.WriteAsync(exchange.Context);
            return;
        }

        string word = query.Text("level") ?? "trace";
        int index = Array.FindIndex(s_levels, level => level.Word == word);
        if (index < 0)
        {
            string words = string.Join(", ", s_levels.Select(static level => level.Word));
            await ApiProblems.BadRequest($"The levels are {words}.").WriteAsync(exchange.Context);
            return;
        }

        IReadOnlyList<LogHistory.Entry> entries = history.Last(s_levels[index].Level, limit ?? LogHistory.Kept);
        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("lines");
            foreach (LogHistory.Entry entry in entries)
            {
                json.WriteStartObject();
                StreamJson.WriteTime(json, "at", entry.At);
                json.WriteString("level", WordOf(entry.Level));
                json.WriteString("category", entry.Category);
                json.WriteString("text", entry.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static string WordOf(LogLevel level) => Array.Find(s_levels, one => one.Level == level).Word ?? s_levels[0].Word;
}
