using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Page;

/// <summary>
/// The page: its own files, for whoever asks. What it shows it asks the API for, with the rights of whoever looks at it. It loads nothing from
/// anywhere else, runs no script that is not one of these files, and stands in nobody's frame.
/// </summary>
internal static class PageRoutes
{
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "media-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private const string Index = "index.html";

    /// <param name="isServed">Whether there is a page at this moment; null: there is.</param>
    public static IEnumerable<HttpRoute> All(Func<bool>? isServed = null) => PageFile.All.Select(file =>
        new HttpRoute("GET", file.Path == Index ? "/" : "/" + file.Path, AccessRights.None, exchange => SendAsync(exchange, file))
        {
            IsThere = isServed,
        });

    private static async Task SendAsync(HttpExchange exchange, PageFile file)
    {
        HttpResponse response = exchange.Response;
        IHeaderDictionary headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-cache"; // asked for again each time, and not sent again
        headers.ETag = file.Tag;
        headers.Vary = "Accept-Encoding";
        if (exchange.Request.Headers.IfNoneMatch.ToString().Contains(file.Tag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        bool isPacked = exchange.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (isPacked)
        {
            headers.ContentEncoding = "gzip";
        }

        byte[] bytes = isPacked ? file.Packed : file.Plain;
        response.ContentType = file.MediaType;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(exchange.Request.Method))
        {
            await response.Body.WriteAsync(bytes, exchange.Ended);
        }
    }
}
