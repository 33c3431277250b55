using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Tests.Documents;

/// <summary>As much of JSON Schema draft 7 as docs/config.schema.json has, so that it can be held against configurations.</summary>
internal sealed class SchemaCheck(JsonElement root)
{
    /// <summary>What of the node the schema refuses; empty: nothing.</summary>
    public IReadOnlyList<string> Run(ConfigNode node) => Run(node, root, "");

    private static string TypeOf(ConfigNode node)
    {
        return node switch
        {
            ConfigMap => "object",
            ConfigList => "array",
            ConfigScalar { IsNull: true } => "null",
            ConfigScalar { IsPlain: true, Written: "true" or "false" } => "boolean",
            ConfigScalar { IsPlain: true } scalar when long.TryParse(scalar.Written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => "integer",
            ConfigScalar { IsPlain: true } scalar when double.TryParse(scalar.Written, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => "number",
            _ => "string",
        };
    }

    private static bool IsOf(ConfigNode node, JsonElement type)
    {
        IEnumerable<string> allowed = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static one => one.GetString()!) : [type.GetString()!];
        string actual = TypeOf(node);
        return allowed.Any(name => name == actual || (name == "number" && actual == "integer"));
    }

    private List<string> Run(ConfigNode node, JsonElement schema, string path)
    {
        List<string> faults = [];
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            return Run(node, root.GetProperty("definitions").GetProperty(reference.GetString()!.Split('/')[^1]), path);
        }

        foreach (string several in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(several, out JsonElement ways))
            {
                int fits = ways.EnumerateArray().Count(way => Run(node, way, path).Count == 0);
                faults.AddRange(fits == 0 || (several == "oneOf" && fits > 1) ? [$"{path} fits {fits} of {several}"] : Array.Empty<string>());
            }
        }

        if (schema.TryGetProperty("type", out JsonElement type) && !IsOf(node, type))
        {
            faults.Add($"{path} is {TypeOf(node)} and not {type}");
            return faults;
        }

        string text = (node as ConfigScalar)?.Written ?? "";
        faults.AddRange(schema.TryGetProperty("enum", out JsonElement words) && !words.EnumerateArray().Any(word => word.GetString() == text) ? [$"{path} is none of {words}"] : Array.Empty<string>());
        faults.AddRange(schema.TryGetProperty("pattern", out JsonElement pattern) && !Regex.IsMatch(text, pattern.GetString()!) ? [$"{path} does not match {pattern}"] : Array.Empty<string>());
        if (schema.TryGetProperty("minimum", out JsonElement least) && long.TryParse(text, out long number) && (number < least.GetInt64() || number > schema.GetProperty("maximum").GetInt64()))
        {
            faults.Add($"{path} is out of its range");
        }

        if (node is ConfigList list && schema.TryGetProperty("items", out JsonElement items))
        {
            faults.AddRange(list.Items.SelectMany((item, index) => Run(item, items, $"{path}[{index}]")));
        }

        return node is ConfigMap map ? [.. faults, .. RunSection(map, schema, path)] : faults;
    }

    private List<string> RunSection(ConfigMap map, JsonElement schema, string path)
    {
        List<string> faults = [];
        foreach (ConfigEntry entry in map.Entries)
        {
            string inner = $"{path}/{entry.Key}";
            if (schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(entry.Key, out JsonElement property))
            {
                faults.AddRange(Run(entry.Value, property, inner));
            }
            else if (schema.TryGetProperty("additionalProperties", out JsonElement others))
            {
                faults.AddRange(others.ValueKind == JsonValueKind.False ? [$"{inner} is not known"] : Run(entry.Value, others, inner));
            }
        }

        if (schema.TryGetProperty("required", out JsonElement required))
        {
            faults.AddRange(required.EnumerateArray().Select(static name => name.GetString()!).Where(name => map.Find(name) is null).Select(name => $"{path}/{name} is missing"));
        }

        return faults;
    }
}
