using System.Collections.Concurrent;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Captures;

/// <summary>
/// <c>POST /api/v1/streams/{name}/capture</c>: a capture of the stream's camera as a download, which grows while it is made. It is read in a session
/// of its own, beside that of the stream; who hangs up ends it.
/// </summary>
/// <param name="find">The capture of a stream's camera; null: there is no such stream.</param>
/// <param name="tool">What the file says that wrote it.</param>
internal sealed class CaptureRoutes(Func<string, Task<CameraCapture?>> find, string tool)
{
    /// <summary>Captures at once: each is a session more with a camera, and some megabytes that wait to be written.</summary>
    public const int Most = 4;

    private const int SecondsMax = 600;
    private const string BusyTitle = "too many captures are under way";

    private readonly ConcurrentDictionary<string, bool> _underWay = new(StringComparer.Ordinal);

    public IEnumerable<HttpRoute> Routes => [new HttpRoute("POST", "/api/v1/streams/{name}/capture", AccessRights.Api, CaptureAsync)];

    private async Task CaptureAsync(HttpExchange exchange)
    {
        string name = exchange.Name!;
        HttpProblem? problem = null;
        int? seconds = null;
        bool? withMedia = null;
        if (ApiQuery.Of(exchange, out problem, "seconds", "media") is { } query && query.TryCount("seconds", out seconds, out problem))
        {
            withMedia = query.Flag("media", false, out problem);
        }

        problem ??= seconds > SecondsMax ? ApiProblems.BadRequest($"\"seconds\" is a number from 1 to {SecondsMax}.")
            : !exchange.MayFor(name) ? ApiProblems.NotForThisStream
            : null;
        CameraCapture? camera = problem is null ? await find(name) : null;
        problem ??= camera is null ? ApiProblems.NoStream(name) : null;
        if (problem is not null)
        {
            await problem.WriteAsync(exchange.Context);
            return;
        }

        if (_underWay.Count >= Most || !_underWay.TryAdd(name, true))
        {
            exchange.Response.Headers.RetryAfter = "10";
            await new HttpProblem(StatusCodes.Status503ServiceUnavailable, BusyTitle)
            {
                Detail = $"One of a stream, and {Most} in all, are made at once.",
            }.WriteAsync(exchange.Context);
            return;
        }

        try
        {
            TimeSpan duration = seconds is { } given ? TimeSpan.FromSeconds(given) : CaptureWish.UsualDuration;
            await SendAsync(exchange, camera!, new CaptureWish(duration, withMedia ?? false, CaptureWish.UsualBytesMax));
        }
        finally
        {
            _underWay.TryRemove(name, out _);
        }
    }

    private async Task SendAsync(HttpExchange exchange, CameraCapture camera, CaptureWish wish)
    {
        CaptureRun run = new(camera, wish, tool);
        using MemoryStream first = new();
        bool hasBegun = false;

        // Until the camera has said something, nothing is sent: an answer that cannot be had is a problem, and not a file.
        async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            if (!hasBegun)
            {
                first.Write(bytes.Span);
                if (run.Messages == 0)
                {
                    return;
                }

                hasBegun = true;
                exchange.Response.ContentType = "application/gzip";
                exchange.Response.Headers.CacheControl = "no-store";
                exchange.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName(exchange.Name!)}.frpcap\"";
                bytes = first.ToArray();
            }

            await exchange.Response.Body.WriteAsync(bytes, exchange.Ended);
            await exchange.Response.Body.FlushAsync(exchange.Ended);
        }

        try
        {
            CaptureOutcome outcome = await run.RunAsync(WriteAsync, exchange.Ended);
            if (!hasBegun)
            {
                await new HttpProblem(StatusCodes.Status502BadGateway, "the camera cannot be reached")
                {
                    Detail = outcome.Failure is { } failure ? Printable.Line(failure) : "It said nothing in that time.",
                }.WriteAsync(exchange.Context);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever asked has gone.
        }
    }

    /// <summary>A stream's name as that of a file: a header and a disk take letters, digits and dashes from anybody.</summary>
    private static string FileName(string stream) =>
        string.Create(Math.Min(stream.Length, 64), stream, static (text, name) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '-';
            }
        });
}
