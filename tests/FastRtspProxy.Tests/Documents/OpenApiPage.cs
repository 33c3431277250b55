using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/openapi.json: people write it, but for the keys of a stream, which are those of the program's table.</summary>
internal static class OpenApiPage
{
    public const string Path = "docs/openapi.json";

    public static string Made()
    {
        JsonNode page = JsonNode.Parse(Repository.Text(Path))!;
        page["components"]!["schemas"]!["StreamConfig"] = ConfigurationSchema.OfStream();
        using MemoryStream stream = new();
        JsonWriterOptions options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
        using (Utf8JsonWriter json = new(stream, options))
        {
            page.WriteTo(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
