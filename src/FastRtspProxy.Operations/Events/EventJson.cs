using System.Text.Json;

namespace FastRtspProxy.Operations.Events;

/// <summary>An event in JSON: the same in event streams and in web hooks.</summary>
internal static class EventJson
{
    public static void Write(Utf8JsonWriter json, ProxyEvent one)
    {
        json.WriteStartObject();
        WriteMembers(json, one);
        json.WriteEndObject();
    }

    /// <summary>Within an object that has more.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ProxyEvent one)
    {
        json.WriteNumber("id", one.Id);
        json.WriteString("type", one.Type);
        json.WriteString("at", one.At.UtcDateTime);
        WriteText(json, "stream", one.Stream);
        WriteText(json, "viewer", one.Viewer);
        WriteText(json, "address", one.Address);
        WriteText(json, "way", one.Way);
        WriteText(json, "reason", one.Reason);
    }

    /// <summary>What is not known is left out.</summary>
    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
