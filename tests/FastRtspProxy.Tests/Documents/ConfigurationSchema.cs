using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/config.schema.json, for editors: JSON Schema draft 7, which the YAML server of most of them reads.</summary>
internal static class ConfigurationSchema
{
    public static string Made()
    {
        using MemoryStream stream = new();
        using (
            Utf8JsonWriter json = new(
                stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", "The configuration of fastrtspproxy");
            WriteSection(json, RootKeys.Shape.Keys);
            json.WriteStartObject("definitions");
            json.WriteStartObject("reference");
            json.WriteString("description", "a value that stands elsewhere");
            json.WriteString("type", "string");
            json.WriteString("pattern", @"\$\{(env|file|credential):[^}]+\}");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>A stream as requests send it: values stand for themselves there, and a secret is never read.</summary>
    public static JsonObject OfStream()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            WriteSection(json, StreamKeys.Stream.Keys);
            json.WriteEndObject();
        }

        JsonObject schema = (JsonObject)WithoutReferences(JsonNode.Parse(stream.ToArray())!);
        schema["properties"]!["password"]!["writeOnly"] = true;
        schema["properties"]!["sources"]!["oneOf"]![0]!["items"]!["oneOf"]![1]!["properties"]!["password"]!["writeOnly"] = true;
        return schema;
    }

    private static JsonNode WithoutReferences(JsonNode node)
    {
        if (node is JsonObject { } members)
        {
            JsonObject result = [];
            foreach ((string name, JsonNode? value) in members)
            {
                if (name == "anyOf" && value is JsonArray { Count: 2 } either && either[1]!["$ref"] is not null)
                {
                    foreach ((string inner, JsonNode? one) in (JsonObject)WithoutReferences(either[0]!))
                    {
                        result[inner] = one!.DeepClone();
                    }
                }
                else
                {
                    result[name] = value is null ? null : WithoutReferences(value);
                }
            }

            return result;
        }

        return node is JsonArray items ? new JsonArray([.. items.Select(static item => WithoutReferences(item!))]) : node.DeepClone();
    }

    private static void WriteSection(Utf8JsonWriter json, IReadOnlyList<ConfigKey> keys)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        if (keys.Any(static key => key.IsRequired))
        {
            json.WriteStartArray("required");
            foreach (ConfigKey key in keys.Where(static key => key.IsRequired))
            {
                json.WriteStringValue(key.Name);
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("properties");
        foreach (ConfigKey key in keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", Description(key));
            WriteForm(json, key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Description(ConfigKey key)
    {
        string byDefault = key.Type is { IsSecret: false } && key.DefaultText is { Length: > 0 } words ? $" (default: {words})" : "";
        return key.Text + byDefault;
    }

    private static void WriteForm(Utf8JsonWriter json, ConfigKey key)
    {
        switch (key.Form)
        {
            case KeyForm.Value:
                WriteType(json, key.Type!);
                break;
            case KeyForm.Values:
                json.WriteStartArray("oneOf");
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteType(json, key.Type!);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteStartObject();
                WriteType(json, key.Type!);
                json.WriteEndObject();
                json.WriteEndArray();
                break;
            case KeyForm.Section when key.ShortFor is { } only:
                json.WriteStartArray("oneOf");
                json.WriteStartObject();
                WriteType(json, only.Type!);
                json.WriteEndObject();
                json.WriteStartObject();
                WriteSection(json, key.Children);
                json.WriteEndObject();
                json.WriteEndArray();
                break;
            case KeyForm.Section:
                WriteSection(json, key.Children);
                break;
            case KeyForm.Sections when key.ShortFor is { } only:
                json.WriteStartArray("oneOf");
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteStartArray("oneOf");
                json.WriteStartObject();
                WriteType(json, only.Type!);
                json.WriteEndObject();
                json.WriteStartObject();
                WriteSection(json, key.Children);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteStartObject();
                WriteType(json, only.Type!);
                json.WriteEndObject();
                json.WriteEndArray();
                break;
            case KeyForm.Sections:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteSection(json, key.Children);
                json.WriteEndObject();
                break;
            case KeyForm.NamedSections:
                json.WriteString("type", "object");
                json.WriteStartObject("additionalProperties");
                WriteSection(json, key.Children);
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type", "object");
                json.WriteStartObject("additionalProperties");
                WriteType(json, key.Type!);
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>What the value is, or that it stands elsewhere.</summary>
    private static void WriteType(Utf8JsonWriter json, ConfigType type)
    {
        if (type.Words.Count == 0 && type.JsonTypes.Contains("string") && type.Range is null)
        {
            WriteTypes(json, type);
            return;
        }

        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        if (type.Words.Count > 0 && type.JsonTypes.Contains("string"))
        {
            json.WriteStartArray("enum");
            foreach (string word in type.Words)
            {
                json.WriteStringValue(word);
            }

            json.WriteEndArray();
        }
        else
        {
            WriteTypes(json, type);
            if (type.Range is { } range)
            {
                json.WriteNumber("minimum", range.Least);
                json.WriteNumber("maximum", range.Most);
            }
        }

        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("$ref", "#/definitions/reference");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteTypes(Utf8JsonWriter json, ConfigType type)
    {
        string[] types = [.. type.JsonTypes, .. type.TakesNull ? new[] { "null" } : []];
        if (types.Length == 1)
        {
            json.WriteString("type", types[0]);
            return;
        }

        json.WriteStartArray("type");
        foreach (string one in types)
        {
            json.WriteStringValue(one);
        }

        json.WriteEndArray();
    }
}
