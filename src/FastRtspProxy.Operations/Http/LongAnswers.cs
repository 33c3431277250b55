using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Answers of many parts in JSON, each sent while it is written: a client that reads slowly holds <see cref="BytesAtOnce"/> of it, and the list that
/// it is made of. That list has a size too, so no more than <see cref="Most"/> long ones are under way at once. Any thread.
/// </summary>
internal sealed class LongAnswers
{
    public const int Most = 8;

    private const int BytesAtOnce = 64 << 10;

    private int _underWay;

    /// <summary>Answers 200, or 503 where too many are under way.</summary>
    /// <param name="exchange">Whom.</param>
    /// <param name="isLong">It counts as one of a few.</param>
    /// <param name="parts">Of what.</param>
    /// <param name="begin">Writes what stands before the parts.</param>
    /// <param name="write">Writes one part: a few kilobytes.</param>
    /// <param name="end">Writes what stands behind them.</param>
    public async Task WriteAsync<T>(
        HttpExchange exchange, bool isLong, IReadOnlyList<T> parts, Action<Utf8JsonWriter> begin, Action<Utf8JsonWriter, T> write,
        Action<Utf8JsonWriter> end)
    {
        if (isLong && Interlocked.Increment(ref _underWay) > Most)
        {
            Interlocked.Decrement(ref _underWay);
            exchange.Response.Headers.RetryAfter = "1";
            await new HttpProblem(StatusCodes.Status503ServiceUnavailable, "too many long answers are under way")
            {
                Detail = "Ask for less (one stream, a shorter window, a limit), or again in a second.",
            }.WriteAsync(exchange.Context);
            return;
        }

        try
        {
            exchange.Response.ContentType = "application/json";
            exchange.Response.Headers.CacheControl = "no-store";
            await SendAsync(exchange, parts, begin, write, end);
        }
        finally
        {
            Interlocked.Add(ref _underWay, isLong ? -1 : 0);
        }
    }

    private static async Task SendAsync<T>(
        HttpExchange exchange, IReadOnlyList<T> parts, Action<Utf8JsonWriter> begin, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter> end)
    {
        PipeWriter output = exchange.Response.BodyWriter;
        await using Utf8JsonWriter json = new(output);
        begin(json);
        long sent = 0;
        foreach (T part in parts)
        {
            write(json, part);
            if (json.BytesCommitted + json.BytesPending - sent >= BytesAtOnce)
            {
                json.Flush();
                sent = json.BytesCommitted;
                if ((await output.FlushAsync(exchange.Ended)).IsCompleted)
                {
                    return; // nobody reads it
                }
            }
        }

        end(json);
        json.Flush();
        await output.FlushAsync(exchange.Ended);
    }
}
