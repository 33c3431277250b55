using System.Globalization;
using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Stats;

/// <summary>
/// <c>GET /api/v1/stats?window=5m[&amp;stream=]</c>: by stream <c>bitrate</c> (bits a second), <c>loss</c> (percent), <c>viewers</c>,
/// <c>latency</c> (milliseconds; null: not known), the oldest first, the newest now, <c>interval</c> seconds apart.
/// </summary>
internal sealed class StatsRoutes(StatsSampler sampler)
{
    /// <summary>That many a client may hold however many clients there are: 160 KB.</summary>
    private const int ShortSamples = 10_000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    private readonly LongAnswers _answers = new();

    public IEnumerable<HttpRoute> Routes => [new HttpRoute("GET", "/api/v1/stats", AccessRights.Status, AnswerAsync)];

    private async Task AnswerAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? wrong, "window", "stream") is not { } query)
        {
            await wrong!.WriteAsync(exchange.Context);
            return;
        }

        TimeSpan window = s_window;
        if (query.Text("window") is { } text && !TryWindow(text, out window))
        {
            await new HttpProblem(StatusCodes.Status400BadRequest, "The request cannot be read")
            {
                Detail = "window is a number of seconds or minutes, as 60s or 5m.",
            }.WriteAsync(exchange.Context);
            return;
        }

        string? stream = query.Text("stream");
        (TimeSpan interval, IReadOnlyList<(string Name, StreamSample[] Samples)> streams) =
            sampler.Last(window, name => (stream is null || name == stream) && exchange.MayFor(name));
        await _answers.WriteAsync(
            exchange,
            streams.Sum(static one => one.Samples.Length) > ShortSamples,
            streams,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("interval", interval.TotalSeconds);
                json.WriteStartObject("streams");
            },
            Write,
            static json =>
            {
                json.WriteEndObject();
                json.WriteEndObject();
            });
    }

    private static bool TryWindow(string text, out TimeSpan window)
    {
        window = default;
        bool isMinutes = text.EndsWith('m');
        ReadOnlySpan<char> digits = text.AsSpan(0, text.Length - (isMinutes || text.EndsWith('s') ? 1 : 0));
        bool isRead = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        window = isMinutes ? TimeSpan.FromMinutes(number) : TimeSpan.FromSeconds(number);
        return isRead && number is > 0 and < 100_000;
    }

    private static void Write(Utf8JsonWriter json, (string Name, StreamSample[] Samples) stream)
    {
        json.WriteStartObject(stream.Name);
        Write(json, "bitrate", stream.Samples, static sample => sample.Bitrate);
        Write(json, "loss", stream.Samples, static sample => sample.Loss);
        Write(json, "viewers", stream.Samples, static sample => sample.Viewers);
        Write(json, "latency", stream.Samples, static sample => sample.Latency);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, StreamSample[] samples, Func<StreamSample, float> of)
    {
        json.WriteStartArray(name);
        foreach (StreamSample sample in samples)
        {
            if (float.IsFinite(of(sample)))
            {
                json.WriteNumberValue(MathF.Round(of(sample), 3));
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }
}
