using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Api;

/// <summary>The body of a request, which never takes more than it may.</summary>
internal static class ApiBody
{
    /// <summary>A stream has some thirty keys.</summary>
    public const int BytesMax = 64 << 10;

    /// <summary>The whole body, or why it is not taken. Whoever sends it slowly is ended by the server.</summary>
    public static async Task<(byte[] Bytes, HttpProblem? Problem)> ReadAsync(HttpExchange exchange, int bytesMax)
    {
        HttpRequest request = exchange.Request;
        if (request.ContentLength > bytesMax)
        {
            return ([], ApiProblems.TooLarge(bytesMax));
        }

        using MemoryStream body = new((int)(request.ContentLength ?? 0));
        byte[] piece = new byte[4096];
        int count;
        while ((count = await request.Body.ReadAsync(piece, exchange.Ended)) > 0)
        {
            if (body.Length + count > bytesMax)
            {
                return ([], ApiProblems.TooLarge(bytesMax));
            }

            body.Write(piece, 0, count);
        }

        return (body.ToArray(), null);
    }

    /// <summary>True for what says that it is JSON, or does not say what it is.</summary>
    public static bool IsJson(HttpRequest request)
    {
        string type = request.ContentType?.Split(';')[0].Trim() ?? "";
        return type.Length == 0 || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/merge-patch+json", StringComparison.OrdinalIgnoreCase);
    }
}
