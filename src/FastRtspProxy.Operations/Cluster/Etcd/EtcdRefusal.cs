using System.Globalization;
using System.Text.Json;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// What a member, or whatever stands before it, said instead of an answer. Its words go to the log, and may repeat what it was asked: no password, no
/// token and nothing of a request's body is among them. Pure.
/// </summary>
/// <param name="Code">gRPC's; 0: none was said.</param>
/// <param name="Words">One line.</param>
internal readonly record struct EtcdRefusal(int Code, string Words)
{
    /// <summary>A longer answer is a page of somebody else's.</summary>
    private const int PlainMax = 300;

    /// <summary>Requests are JSON objects: from here on it may be one that is said again, with secrets or camera log-ins in base 64.</summary>
    private const char BodyBegins = '{';

    /// <param name="status">Of HTTP.</param>
    /// <param name="text">The body, or its beginning.</param>
    /// <param name="secrets">What must not be said: words in which one of them stands are left out as a whole. Null and empty ones are none.</param>
    public static EtcdRefusal Read(int status, string text, params ReadOnlySpan<string?> secrets)
    {
        bool isJson = TryParse(text, out JsonElement json);
        string? error = isJson ? TextOf(EtcdKeyValue.Member(json, "error")) : null;
        string plain = string.Create(CultureInfo.InvariantCulture, $"status {status}");
        string words = error is { Length: > 0 } ? WithoutBody(error) : isJson ? plain : $"{plain} {PlainWords(text)}".TrimEnd();
        foreach (string? secret in secrets)
        {
            if (secret is { Length: > 0 } && (Holds(text, secret) || Holds(words, secret)))
            {
                words = plain;
            }
        }

        return new EtcdRefusal(isJson ? (int)EtcdKeyValue.Number(json, "code") : 0, Printable.Line(words));
    }

    /// <summary>
    /// What stands in the way before etcd's gateway. Quirk (etcd 3.4): while log-ins are on it takes no client certificate with a common name, which
    /// it could not tell from a user's.
    /// </summary>
    private static string PlainWords(string text) => text.Length > PlainMax ? string.Empty
        : text.Contains("CommonName", StringComparison.Ordinal) ? "(Remedy: a client certificate without a common name, CN)"
        : $"({WithoutBody(text.Trim())})";

    private static string? TextOf(JsonElement member)
    {
        try
        {
            return member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a pair of surrogates
        }
    }

    private static string WithoutBody(string words) =>
        words.IndexOf(BodyBegins, StringComparison.Ordinal) is >= 0 and int body ? words[..body] + "..." : words;

    /// <summary>As it is, or as JSON writes it.</summary>
    private static bool Holds(string text, string secret) =>
        text.Contains(secret, StringComparison.Ordinal) || text.Contains(JsonEncodedText.Encode(secret).Value, StringComparison.Ordinal);

    private static bool TryParse(string text, out JsonElement json)
    {
        json = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            json = document.RootElement.Clone();
            return json.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
