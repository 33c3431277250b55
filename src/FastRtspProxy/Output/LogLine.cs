using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Output;

/// <summary>One log message as the text that is written, in the style that is asked for.</summary>
internal readonly struct LogLine(
    LogLevel level, string category, EventId id, IReadOnlyList<KeyValuePair<string, object?>> values, string message, Exception? error)
{
    /// <summary>A log is read by programs and by people: only what JSON needs is escaped, and control characters are.</summary>
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A character takes six at the most (\u0022): so many fit into an entry, with the rest of the line.</summary>
    private const int CutChars = LineQueue.EntryChars / 8;

    /// <summary>With its line end.</summary>
    public string Text(LogFormat format, AddressDetail addresses, DateTimeOffset now)
    {
        string shown = Message(addresses);
        return format == LogFormat.Json ? Json(shown, addresses, now) : Plain(shown);
    }

    /// <summary>The dialogues of -V have lines of their own; everything else is one line whatever a peer put into it.</summary>
    private string Plain(string shown)
    {
        string text = level == LogLevel.Trace ? Printable.Lines(shown) : Printable.Line(shown);
        if (error is not null)
        {
            text += $" ({error.GetType().Name}: {Printable.Line(error.Message)})";
        }

        return text.EndsWith('\n') ? text : text + "\n";
    }

    /// <summary>Half of a JSON object is none: a line that would be cut off has the beginning of its message, and no values.</summary>
    private string Json(string shown, AddressDetail addresses, DateTimeOffset now)
    {
        string clean = Printable.Line(shown.TrimEnd('\r', '\n')); // whole: the beginning of a password is not known for one
        string text = Json(clean, values, addresses, now);
        return text.Length <= LineQueue.EntryChars
            ? text
            : Json(string.Concat(clean.AsSpan(0, Math.Min(clean.Length, CutChars)), " ..."), [], addresses, now);
    }

    private string Json(string clean, IReadOnlyList<KeyValuePair<string, object?>> told, AddressDetail addresses, DateTimeOffset now)
    {
        using ArrayPoolBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", Word(level));
            json.WriteString("category", category);
            json.WriteNumber("event", id.Id);
            json.WriteString("message", clean);
            foreach (KeyValuePair<string, object?> value in told)
            {
                if (value.Key != MessageTemplate.Key)
                {
                    Write(json, JsonNamingPolicy.CamelCase.ConvertName(value.Key), AddressMask.Apply(value.Key, value.Value, addresses));
                }
            }

            if (error is not null)
            {
                json.WriteString("error", $"{error.GetType().Name}: {Printable.Line(error.Message)}");
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private string Message(AddressDetail addresses)
    {
        IReadOnlyList<KeyValuePair<string, object?>> all = values;
        return addresses == AddressDetail.Full || Find(all, MessageTemplate.Key) is not string template
            ? message
            : MessageTemplate.Render(template, name => AddressMask.Apply(name, Find(all, name), addresses));
    }

    private static object? Find(IReadOnlyList<KeyValuePair<string, object?>> values, string name)
    {
        foreach (KeyValuePair<string, object?> value in values)
        {
            if (value.Key == name)
            {
                return value.Value;
            }
        }

        return null;
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case int or long or short or byte or uint or ushort:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            default:
                json.WriteString(name, Printable.Line(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
                break;
        }
    }

    private static string Word(LogLevel level)
    {
        return level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
    }
}
