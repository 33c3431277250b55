using System.Text.Json;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// The keys of a stream as a request said them, in JSON: what is kept, merged and shown. Credentials never stand in its URLs: they are put under keys
/// of their own when a request comes in. Pure; no method changes what it is given.
/// </summary>
internal static class StreamDocument
{
    public const string Source = "source";
    public const string Sources = "sources";
    public const string UserName = "username";
    public const string Password = "password";

    private const string Tls = "tls";
    private const string Verify = "verify";
    private const string Fingerprint = "fingerprint";

    /// <summary>The same with user parts of its URLs as username and password; what cannot be, goes to the faults.</summary>
    public static JsonObject WithoutUserParts(JsonObject given, List<StreamFault> faults)
    {
        JsonObject split = Clone(given);
        (string? User, string? Password, string Pointer)? found = null;
        foreach ((JsonNode holder, object key, string pointer) in Urls(split))
        {
            (string url, string? user, string? password) = SourceUrl.Split(Text(holder, key)!);
            if (user is null)
            {
                continue;
            }

            Put(holder, key, url);
            if (found is { } first && (first.User, first.Password) != (user, password))
            {
                faults.Add(new StreamFault(pointer, "its credentials are others than those of the source before it: a stream has one username"));
                return split;
            }

            found ??= (user, password, pointer);
        }

        if (found is not { } credentials)
        {
            return split;
        }

        if (IsText(given, UserName) || IsText(given, Password))
        {
            faults.Add(
                new StreamFault(credentials.Pointer, "it has credentials, and there are a username or a password beside it: take one of both out"));
        }

        split[UserName] = credentials.User;
        if (credentials.Password is not null)
        {
            split[Password] = credentials.Password;
        }

        return split;
    }

    /// <summary>RFC 7396.</summary>
    public static JsonObject Merge(JsonObject old, JsonObject patch)
    {
        JsonObject result = Clone(old);
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                result[name] = Merge(result[name] as JsonObject ?? [], inner);
            }
            else
            {
                result[name] = value.DeepClone();
            }
        }

        return result;
    }

    /// <summary>The same with the stored URL in place of one that is what is shown of it: who sends back what he read changes nothing.</summary>
    public static JsonObject WithStoredUrls(JsonObject next, JsonObject old)
    {
        Dictionary<string, string> byShown = new(StringComparer.Ordinal);
        foreach (string url in Urls(old).Select(static url => Text(url.Holder, url.Key)!).Where(SourceUrl.HoldsSecret))
        {
            byShown.TryAdd(SourceUrl.Shown(url), url);
        }

        JsonObject result = Clone(next);
        foreach ((JsonNode holder, object key, _) in Urls(result))
        {
            if (byShown.TryGetValue(Text(holder, key)!, out string? whole))
            {
                Put(holder, key, whole);
            }
        }

        return result;
    }

    /// <summary>The same without what no request said: the password that was kept, and secrets in URLs that were.</summary>
    public static JsonObject WithoutKeptSecrets(JsonObject next, JsonObject given)
    {
        JsonObject result = Clone(next);
        if (!IsText(given, Password))
        {
            result.Remove(Password);
        }

        HashSet<string?> said = [.. Urls(given).Select(static url => Text(url.Holder, url.Key))];
        foreach ((JsonNode holder, object key, _) in Urls(result))
        {
            string url = Text(holder, key)!;
            if (!said.Contains(url))
            {
                Put(holder, key, SourceUrl.Shown(url));
            }
        }

        return result;
    }

    /// <summary>The same without exceptions for the certificate that the request does not make itself.</summary>
    public static JsonObject WithoutKeptTrust(JsonObject next, JsonObject given)
    {
        JsonObject result = Clone(next);
        JsonObject? said = given[Tls] as JsonObject;
        if (result[Tls] is JsonObject tls)
        {
            foreach (string key in (string[])[Verify, Fingerprint])
            {
                if (said?.ContainsKey(key) != true)
                {
                    tls.Remove(key);
                }
            }

            if (tls.Count == 0)
            {
                result.Remove(Tls);
            }
        }

        return result;
    }

    /// <summary>What may be shown: everything but secrets, and nothing in their place.</summary>
    public static JsonObject Shown(JsonObject stored)
    {
        JsonObject result = Clone(stored);
        result.Remove(Password);
        foreach ((JsonNode holder, object key, _) in Urls(result))
        {
            Put(holder, key, SourceUrl.Shown(Text(holder, key)!));
        }

        return result;
    }

    /// <summary>True where it has a secret: a password, or one in a URL.</summary>
    public static bool HasSecret(JsonObject stored) =>
        IsText(stored, Password) || Urls(stored).Any(static url => SourceUrl.HoldsSecret(Text(url.Holder, url.Key)!));

    /// <summary>True where the key has a value that is not null.</summary>
    public static bool IsText(JsonObject json, string key) => json[key] is not null;

    public static JsonObject Clone(JsonObject json) => (JsonObject)json.DeepClone();

    /// <summary>Where its URLs stand; what is no text is none.</summary>
    private static List<(JsonNode Holder, object Key, string Pointer)> Urls(JsonObject json)
    {
        List<(JsonNode Holder, object Key, string Pointer)> urls = [];
        foreach (string name in (string[])[Source, Sources])
        {
            if (json[name] is JsonArray list)
            {
                urls.AddRange(Enumerable.Range(0, list.Count).Where(index => IsString(list[index]))
                    .Select(index => ((JsonNode)list, (object)index, $"/{name}/{index}")));
            }
            else if (IsString(json[name]))
            {
                urls.Add((json, name, "/" + name));
            }
        }

        return urls;
    }

    private static bool IsString(JsonNode? json) => json?.GetValueKind() == JsonValueKind.String;

    private static string? Text(JsonNode holder, object key) => (key is int index ? holder[index] : holder[(string)key])?.GetValue<string>();

    private static void Put(JsonNode holder, object key, string text)
    {
        if (key is int index)
        {
            holder[index] = text;
        }
        else
        {
            holder[(string)key] = text;
        }
    }
}
