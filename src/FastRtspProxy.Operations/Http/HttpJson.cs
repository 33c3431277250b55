using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Http;

/// <summary>JSON as it goes out, written by hand: serializers, also generated ones, weigh half a megabyte in the native binary.</summary>
internal static class HttpJson
{
    /// <summary>Answers with what is written, which is one value.</summary>
    public static async Task WriteAsync(HttpResponse response, string contentType, Action<Utf8JsonWriter> write, CancellationToken ended)
    {
        response.ContentType = contentType;
        await using (Utf8JsonWriter json = new(response.BodyWriter))
        {
            write(json);
        }

        await response.BodyWriter.FlushAsync(ended);
    }

    /// <summary>A list of texts.</summary>
    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
