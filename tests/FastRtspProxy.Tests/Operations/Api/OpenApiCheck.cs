using System.Text.Json;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Tests.Documents;
using Json.Schema;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>Holds answers to docs/openapi.json, by somebody else's reading of JSON Schema.</summary>
internal static class OpenApiCheck
{
    /// <summary>What the door answers, before a route is asked.</summary>
    private const string Door = "default";

    private static readonly JsonNode s_document = JsonNode.Parse(Repository.Text(OpenApiPage.Path))!;
    private static readonly Dictionary<string, JsonSchema> s_schemas = [];

    /// <summary>Every answer that the document promises: method, path, status.</summary>
    public static IEnumerable<(string Method, string Path, string Status)> Promised =>
        from path in s_document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        from response in operation.Value!["responses"]!.AsObject()
        where response.Key != Door
        select (operation.Key.ToUpperInvariant(), path.Key, response.Key);

    /// <summary>Every route of the document.</summary>
    public static IEnumerable<string> Routes => Promised.Select(static one => $"{one.Method} {one.Path}").Distinct();

    public static void Hold(HttpRoute route, ApiAnswerText answer)
    {
        string where = $"{route.Method} {route.Template} -> {answer.Status}";
        JsonNode? responses = s_document["paths"]![route.Template]?[route.Method.ToLowerInvariant()]?["responses"];
        JsonNode? response = responses?[$"{answer.Status}"] ?? (answer.Status == 500 ? responses?[Door] : null);
        Assert.True(response is not null, $"{where} is not in the document: {answer.Text}");
        response = response["$ref"] is { } reference ? Find((string)reference!) : response;
        if (response["content"] is not JsonObject content)
        {
            Assert.Equal((where, ""), (where, answer.Text));
            return;
        }

        string media = answer.Headers["Content-Type"].Split(';')[0];
        Assert.True(content.ContainsKey(media), $"{where}: {media}");
        if (media.EndsWith("json", StringComparison.Ordinal))
        {
            using JsonDocument body = JsonDocument.Parse(answer.Text);
            EvaluationResults results = SchemaOf(content[media]!["schema"]!).Evaluate(body.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
            Assert.True(results.IsValid, $"{where}: {Words(results)}\n{answer.Text}");
        }
    }

    private static string Words(EvaluationResults results) => string.Join('\n', (results.Details ?? []).Where(static one => one.Errors is not null)
        .SelectMany(static one => one.Errors!.Select(error => $"{one.InstanceLocation} {error.Key}: {error.Value}")));

    private static JsonNode Find(string reference) =>
        reference.Split('/').Skip(1).Aggregate(s_document, static (node, name) => node[name]!);

    private static JsonSchema SchemaOf(JsonNode schema)
    {
        lock (s_schemas)
        {
            string text = schema.ToJsonString();
            if (!s_schemas.TryGetValue(text, out JsonSchema? made))
            {
                JsonObject whole = (JsonObject)schema.DeepClone();
                whole["$defs"] = s_document["components"]!["schemas"]!.DeepClone();
                whole["$schema"] = "https://json-schema.org/draft/2020-12/schema";
                made = JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
                s_schemas[text] = made;
            }

            return made;
        }
    }
}
