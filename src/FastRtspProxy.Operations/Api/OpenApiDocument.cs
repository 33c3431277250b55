using System.IO.Compression;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary><c>GET /api/v1/openapi.json</c>: docs/openapi.json, which tests hold to what the API does.</summary>
internal static class OpenApiDocument
{
    private const string ResourceName = "openapi.json.gz";

    private static readonly Lazy<byte[]> s_bytes = new(Read);

    public static HttpRoute Route { get; } = new("GET", "/api/v1/openapi.json", AccessRights.Status, SendAsync);

    public static ReadOnlyMemory<byte> Bytes => s_bytes.Value;

    private static async Task SendAsync(HttpExchange exchange)
    {
        exchange.Response.ContentType = "application/json";
        exchange.Response.Headers.CacheControl = "no-cache";
        exchange.Response.ContentLength = Bytes.Length;
        await exchange.Response.Body.WriteAsync(Bytes, exchange.Ended);
    }

    private static byte[] Read()
    {
        using Stream stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException("The build has left openapi.json out.");
        using GZipStream packed = new(stream, CompressionMode.Decompress);
        using MemoryStream bytes = new();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }
}
