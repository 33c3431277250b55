using System.Text.Json;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>How the API answers: JSON, which no cache keeps.</summary>
internal static class ApiAnswer
{
    /// <summary>Answers with what is written, which is one JSON value.</summary>
    public static Task WriteAsync(HttpExchange exchange, int status, Action<Utf8JsonWriter> write, string? etag = null)
    {
        HttpResponse response = exchange.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (etag is not null)
        {
            response.Headers.ETag = etag;
        }

        return HttpJson.WriteAsync(response, "application/json", write, exchange.Ended);
    }

    /// <summary>Done, and there is nothing to say of it.</summary>
    public static Task NoContentAsync(HttpExchange exchange)
    {
        exchange.Response.StatusCode = StatusCodes.Status204NoContent;
        exchange.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
