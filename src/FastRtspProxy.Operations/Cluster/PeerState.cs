using System.Buffers;
using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What a box tells another one of itself.</summary>
/// <param name="IsLost">The engine does not answer it. With that it promises to claim nothing of the other box's for a while.</param>
/// <param name="IsDraining">It owns nothing new.</param>
/// <param name="Owned">What it owns, by epochs.</param>
internal sealed record PeerState(bool IsLost, bool IsDraining, IReadOnlyDictionary<string, long> Owned)
{
    /// <summary>A keyed hash of the streams of its hand-written configuration; empty: it is not known.</summary>
    public string Written { get; init; } = string.Empty;

    /// <summary>Drawn at the start of the program: two of one name have another one each; empty: it does not say.</summary>
    public string Life { get; init; } = string.Empty;

    /// <summary>100,000 streams with names of 40 letters.</summary>
    public const int BytesMax = 8 << 20;

    public byte[] Write()
    {
        ArrayBufferWriter<byte> text = new(256);
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteBoolean("lost", IsLost);
            json.WriteBoolean("draining", IsDraining);
            json.WriteString("written", Written);
            json.WriteString("life", Life);
            json.WriteStartObject("owned");
            foreach ((string stream, long epoch) in Owned)
            {
                json.WriteNumber(stream, epoch);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>Null: it is none.</summary>
    public static PeerState? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            Dictionary<string, long> owned = new(StringComparer.Ordinal);
            foreach (JsonProperty one in json.RootElement.GetProperty("owned").EnumerateObject())
            {
                owned[one.Name] = one.Value.GetInt64();
            }

            return new PeerState(json.RootElement.GetProperty("lost").GetBoolean(), json.RootElement.GetProperty("draining").GetBoolean(), owned)
            {
                Written = TextOf(json.RootElement, "written"),
                Life = TextOf(json.RootElement, "life"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static string TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement text) ? text.GetString() ?? string.Empty : string.Empty;
}
