using System.Text.Json;
using System.Text.Json.Nodes;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// The nodes of a JSON value, for the table of keys that reads YAML's. How deep it may be its parser has said, and that no name stands there twice.
/// </summary>
internal static class JsonTree
{
    public static ConfigMap Of(JsonObject json) => new(
        ConfigPlace.WholeFile, [.. json.Select(static member => new ConfigEntry(member.Key, ConfigPlace.WholeFile, Of(member.Value)))]);

    private static ConfigNode Of(JsonNode? json) => json switch
    {
        JsonObject members => Of(members),
        JsonArray items => new ConfigList(ConfigPlace.WholeFile, [.. items.Select(Of)]),
        null => new ConfigScalar(ConfigPlace.WholeFile, "null", isPlain: true),
        _ when json.GetValueKind() == JsonValueKind.String => new ConfigScalar(ConfigPlace.WholeFile, json.GetValue<string>()),
        _ => new ConfigScalar(ConfigPlace.WholeFile, json.ToJsonString(), isPlain: true),
    };
}
