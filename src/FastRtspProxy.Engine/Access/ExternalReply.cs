using System.Text.Json;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>Reads an HTTP answer as a decision. Pure: bytes of somebody else in, a value out, and they never throw.</summary>
internal static class ExternalReply
{
    /// <summary>The largest body; two hashes and what an author adds have some hundred bytes.</summary>
    public const int BodyBytes = 16 * 1024;

    /// <summary>
    /// 2xx allows, unless its body is a JSON object that says otherwise: <c>"allow": false</c>. <c>"ha1": {"md5": "…", "sha-256": "…"}</c> allows
    /// whoever proves that password. 401 and 403 deny.
    /// Anything else, a redirect too, decides nothing.
    /// </summary>
    public static ExternalAnswer Read(int status, ReadOnlyMemory<byte> body)
    {
        if (status is 401 or 403)
        {
            return ExternalAnswer.Deny;
        }

        if (status is < 200 or > 299 || body.Length > BodyBytes)
        {
            return ExternalAnswer.Error;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? ReadObject(document.RootElement) : ExternalAnswer.Allow;
        }
        catch (JsonException)
        {
            // "OK", an empty body, a page: the status has said it.
            return ExternalAnswer.Allow;
        }
        catch (InvalidOperationException)
        {
            return ExternalAnswer.Error; // a text that is no UTF-8, or half a surrogate
        }
    }

    private static ExternalAnswer ReadObject(JsonElement answer)
    {
        if (answer.TryGetProperty("allow"u8, out JsonElement allow))
        {
            if (allow.ValueKind == JsonValueKind.False)
            {
                return ExternalAnswer.Deny;
            }

            if (allow.ValueKind != JsonValueKind.True)
            {
                return ExternalAnswer.Error;
            }
        }

        if (!answer.TryGetProperty("ha1"u8, out JsonElement ha1))
        {
            return ExternalAnswer.Allow;
        }

        if (ha1.ValueKind != JsonValueKind.Object || !TryText(ha1, "md5", out string? md5) || !TryText(ha1, "sha-256", out string? sha256))
        {
            return ExternalAnswer.Error;
        }

        return UserSecret.TryOfHashes(md5, sha256) is { } secret ? new ExternalAnswer(ExternalVerdict.Allow, secret) : ExternalAnswer.Error;
    }

    /// <summary>False: it is there, and no text.</summary>
    private static bool TryText(JsonElement of, string name, out string? text)
    {
        text = null;
        if (!of.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }
}
