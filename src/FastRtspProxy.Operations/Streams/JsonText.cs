using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FastRtspProxy.Operations.Streams;

/// <summary>JSON objects as bytes, with bounds on what is read.</summary>
internal static class JsonText
{
    /// <summary>The keys of a stream are three deep.</summary>
    private const int DepthMax = 16;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null: it is none, and the problem says why without a word of it, which may be a part of a password.</summary>
    public static JsonObject? Parse(ReadOnlyMemory<byte> bytes, out string problem)
    {
        if (bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
        {
            bytes = bytes[3..]; // the mark of UTF-8, as editors of Windows write it
        }

        try
        {
            problem = "this is no JSON object: it begins with { and has keys with values";
            using JsonDocument document = JsonDocument.Parse(bytes, s_strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            ReadTexts(document.RootElement);
            return JsonObject.Create(document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            problem = $"this is no JSON, or a key stands in it twice, or it is nested deeper than {DepthMax}: "
                + $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            return null;
        }
        catch (InvalidOperationException)
        {
            problem = "a text in it is no Unicode";
            return null;
        }
    }

    /// <summary>
    /// Half a surrogate pair (<c>\ud800</c>) is JSON, and cannot be read as a text: it is found here, and not by whoever reads it later.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    private static void ReadTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            _ = json.GetString();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in json.EnumerateArray())
            {
                ReadTexts(item);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                _ = property.Name;
                ReadTexts(property.Value);
            }
        }
    }

    /// <param name="json">What to write.</param>
    /// <param name="isIndented">For a file that people look at.</param>
    public static byte[] Write(JsonObject json, bool isIndented = false)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, isIndented ? s_indented : default))
        {
            json.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
