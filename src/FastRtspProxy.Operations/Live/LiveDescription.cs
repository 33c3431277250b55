using System.Buffers;
using System.Text.Json;

namespace FastRtspProxy.Operations.Live;

/// <summary>The text message of the live picture: what the binary ones after it hold.</summary>
/// <param name="Viewer">The id by which it can be ended.</param>
/// <param name="Video">Null: the stream has no pictures.</param>
/// <param name="Audio">Null: the stream has no sound.</param>
internal sealed record LiveDescription(string Viewer, LiveVideo? Video, LiveAudio? Audio)
{
    /// <summary>As JSON; what is not known is null there.</summary>
    public byte[] ToUtf8()
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("viewer", Viewer);
            WriteVideo(json);
            WriteAudio(json);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private void WriteVideo(Utf8JsonWriter json)
    {
        if (Video is null)
        {
            json.WriteNull("video");
            return;
        }

        json.WriteStartObject("video");
        json.WriteString("name", Video.Name);
        json.WriteString("codec", Video.Codec);
        Write(json, "width", Video.Width);
        Write(json, "height", Video.Height);
        json.WriteBoolean("reordered", Video.Reordered);
        json.WriteEndObject();
    }

    private void WriteAudio(Utf8JsonWriter json)
    {
        if (Audio is null)
        {
            json.WriteNull("audio");
            return;
        }

        json.WriteStartObject("audio");
        json.WriteString("name", Audio.Name);
        json.WriteString("codec", Audio.Codec);
        Write(json, "sampleRate", Audio.SampleRate);
        Write(json, "channels", Audio.Channels);
        json.WriteString("config", Audio.Config);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
