using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FastRtspProxy.Operations.Events;

/// <summary><c>GET /api/v1/events</c>: server-sent events, with what was missed since <c>Last-Event-ID</c>.</summary>
internal sealed class EventRoutes(EventLog log, TimeProvider time, int followersMax = EventRoutes.FollowersMax)
{
    /// <summary>Pages and programs that follow; each holds a connection.</summary>
    public const int FollowersMax = 200;

    /// <summary>A comment, so that proxies between do not end a connection on which nothing happens.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>A wait for events is no shorter: a timer counts milliseconds.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    /// <summary>A reader that takes nothing for so long is cut off; it may come back with the last number that it has.</summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(30);

    private int _followers;

    public IEnumerable<HttpRoute> Routes =>
    [
        new HttpRoute("GET", "/api/v1/events", AccessRights.Status, FollowAsync) { LooksAtOrigin = true },
    ];

    private async Task FollowAsync(HttpExchange exchange)
    {
        if (!TryReadPlace(exchange, out long? after))
        {
            await new HttpProblem(StatusCodes.Status400BadRequest, "the request cannot be read")
            {
                Detail = "Last-Event-ID and the parameter \"after\", once, are the number of an event; there are no other parameters.",
            }.WriteAsync(exchange.Context);
            return;
        }

        if (Interlocked.Increment(ref _followers) > followersMax)
        {
            Interlocked.Decrement(ref _followers);
            exchange.Response.Headers.RetryAfter = "10";
            await new HttpProblem(StatusCodes.Status503ServiceUnavailable, "too many follow the events")
            {
                Detail = $"{followersMax} connections do so already.",
            }.WriteAsync(exchange.Context);
            return;
        }

        try
        {
            await FollowAsync(exchange, log.ReadFrom(after));
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or takes nothing.
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    private async Task FollowAsync(HttpExchange exchange, EventReader reader)
    {
        exchange.Response.ContentType = "text/event-stream";
        exchange.Response.Headers.CacheControl = "no-store";
        exchange.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it until its buffer is full
        if (HttpMethods.IsHead(exchange.Request.Method))
        {
            return; // what has no body has no events
        }

        PipeWriter output = exchange.Response.BodyWriter;
        ArrayBufferWriter<byte> data = new(512);
        Put(output, "retry: 3000\n\n");
        long said = time.GetTimestamp();
        while (true)
        {
            await FlushAsync(exchange, output);
            TimeSpan left = s_heartbeat - time.GetElapsedTime(said);
            EventBatch batch = await reader.NextAsync(left > s_least ? left : s_least, time, exchange.Ended);
            bool isSaid = batch.Missed > 0;
            if (isSaid)
            {
                Put(output, string.Create(CultureInfo.InvariantCulture, $"event: missed\ndata: {{\"missed\":{batch.Missed}}}\n\n"));
            }

            if (!exchange.Has(exchange.Route.Right))
            {
                return; // other rules are in force, or the log-in is over
            }

            foreach (ProxyEvent one in batch.Events)
            {
                if (one.Stream is { } stream ? exchange.MayFor(stream) : exchange.MayForEveryStream())
                {
                    Put(output, one, data);
                    isSaid = true;
                }
            }

            // Events of streams that the reader may not see are nothing that it hears.
            if (!isSaid && time.GetElapsedTime(said) >= s_heartbeat)
            {
                Put(output, ":\n\n");
                isSaid = true;
            }

            said = isSaid ? time.GetTimestamp() : said;
        }
    }

    /// <summary>The number that a browser sends when it comes back is later than the one in its URL.</summary>
    private static bool TryReadPlace(HttpExchange exchange, out long? after)
    {
        after = null;
        StringValues asked = exchange.Request.Query["after"];
        string? text = exchange.Request.Headers["Last-Event-ID"].LastOrDefault() ?? asked.LastOrDefault();
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        after = isNumber ? number : null;
        return (text is null || isNumber) && asked.Count <= 1 && exchange.Request.Query.Keys.All(static name => name == "after");
    }

    private static async Task FlushAsync(HttpExchange exchange, PipeWriter output)
    {
        using CancellationTokenSource slow = CancellationTokenSource.CreateLinkedTokenSource(exchange.Ended);
        slow.CancelAfter(s_slow);
        try
        {
            await output.FlushAsync(slow.Token);
        }
        catch (OperationCanceledException)
        {
            exchange.Context.Abort();
            throw;
        }
    }

    private static void Put(PipeWriter output, ProxyEvent one, ArrayBufferWriter<byte> data)
    {
        data.ResetWrittenCount();
        using (Utf8JsonWriter json = new(data))
        {
            EventJson.Write(json, one);
        }

        Put(output, string.Create(CultureInfo.InvariantCulture, $"event: {one.Type}\nid: {one.Id}\ndata: "));
        output.Write(data.WrittenSpan); // JSON has no line ends but in texts, where they are escaped
        Put(output, "\n\n");
    }

    private static void Put(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}
