using System.Text.Json;

namespace FastRtspProxy.Operations.Http;

/// <summary>The body of a log-in: a user with his password, or the token.</summary>
/// <param name="User">Null: none is named.</param>
/// <param name="Password">Null: there is none.</param>
/// <param name="Token">Null: there is none.</param>
internal sealed record HttpLogIn(string? User, string? Password, string? Token)
{
    /// <summary>Null: it is no object, or a value of it is no text.</summary>
    public static HttpLogIn? Of(JsonElement body)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Object ? Read(body) : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair (\ud800) is JSON, and no text
        }
    }

    private static HttpLogIn? Read(JsonElement body)
    {
        HttpLogIn read = new(null, null, null);
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return null;
            }

            string? value = member.Value.GetString();
            read = member.Name.ToUpperInvariant() switch
            {
                "USER" => read with { User = value },
                "PASSWORD" => read with { Password = value },
                "TOKEN" => read with { Token = value },
                _ => read,
            };
        }

        return read;
    }
}
