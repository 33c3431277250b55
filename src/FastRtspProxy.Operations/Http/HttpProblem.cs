using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>Why a request was refused (RFC 9457), and what is to be done about it. No secret is ever in it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The same for each problem of its kind, without a full stop.</param>
internal sealed record HttpProblem(int Status, string Title)
{
    private const string MediaType = "application/problem+json";

    /// <summary>What of this request, and the remedy; null: the title says it.</summary>
    public string? Detail { get; init; }

    /// <summary>Each part of the body that is wrong.</summary>
    public IReadOnlyList<HttpProblemPart>? Errors { get; init; }

    /// <summary>True where the stream stands in the hand-written file, which no request changes.</summary>
    public bool? InFile { get; init; }

    /// <summary>The type of a problem that has no page of its own.</summary>
    public string Type => "about:blank";

    /// <summary>Answers with it.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers.CacheControl = "no-store";
        return HttpJson.WriteAsync(context.Response, MediaType, Write, context.RequestAborted);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", Type);
        json.WriteString("title", Title);
        json.WriteNumber("status", Status);
        if (Detail is not null)
        {
            json.WriteString("detail", Detail);
        }

        if (Errors is not null)
        {
            json.WriteStartArray("errors");
            foreach (HttpProblemPart part in Errors)
            {
                json.WriteStartObject();
                json.WriteString("pointer", part.Pointer);
                json.WriteString("detail", part.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (InFile is { } inFile)
        {
            json.WriteBoolean("inFile", inFile);
        }

        json.WriteEndObject();
    }
}
