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
    public const string Url = "url";
    public const string UserName = "username";
    public const string Password = "password";

    private const string Tls = "tls";
    private const string Verify = "verify";
    private const string Fingerprint = "fingerprint";

    /// <summary>
    /// The same with user parts of its URLs as username and password: of the stream where there is one source, or all have the same; else of each
    /// source, for no other camera is to hear them. What cannot be, goes to the faults.
    /// </summary>
    public static JsonObject WithoutUserParts(JsonObject given, List<StreamFault> faults)
    {
        JsonObject split = Clone(given);
        List<(JsonNode Holder, object Key, string Pointer, string? User, string? Password)> found = [];
        foreach ((JsonNode holder, object key, string pointer) in Urls(split))
        {
            (string url, string? user, string? password) = SourceUrl.Split(Text(holder, key)!);
            Put(holder, key, url);
            found.Add((holder, key, pointer, user, password));
        }

        bool isOfStream = found.All(one => (one.User, one.Password) == (found[0].User, found[0].Password) && !IsSection(one.Holder, one.Key));
        foreach ((JsonNode holder, object key, string pointer, string? user, string? password) in found.Where(static one => one.User is not null))
        {
            JsonObject section = isOfStream ? split : SectionOf(holder, key);
            if (IsText(isOfStream ? given : section, UserName) || IsText(isOfStream ? given : section, Password))
            {
                faults.Add(
                    new StreamFault(pointer, "it has credentials, and there are a username or a password beside it: take one of both out"));
                return split;
            }

            section[UserName] = user;
            if (password is not null)
            {
                section[Password] = password;
            }
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

    /// <summary>
    /// The same with the stored passwords of sources that are still there, each with its user, where nothing is said of a password.
    /// </summary>
    public static JsonObject WithStoredPasswords(JsonObject next, JsonObject old)
    {
        JsonObject result = Clone(next);
        foreach (JsonObject source in Sections(result).Where(static source => !source.ContainsKey(Password)))
        {
            JsonObject? known = Sections(old).FirstOrDefault(
                other => IsText(other, Password)
                    && JsonNode.DeepEquals(other[Url], source[Url]) && JsonNode.DeepEquals(other[UserName], source[UserName]));
            if (known is not null)
            {
                source[Password] = known[Password]!.DeepClone();
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

        foreach (JsonObject source in Sections(result).Where(source => !Sections(given).Any(
            one => IsText(one, Password) && JsonNode.DeepEquals(one[Url], source[Url]) && JsonNode.DeepEquals(one[Password], source[Password]))))
        {
            source.Remove(Password);
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
        foreach (JsonObject source in Sections(result))
        {
            source.Remove(Password);
        }

        foreach ((JsonNode holder, object key, _) in Urls(result))
        {
            Put(holder, key, SourceUrl.Shown(Text(holder, key)!));
        }

        return result;
    }

    /// <summary>True where it has a secret: a password, or one in a URL.</summary>
    public static bool HasSecret(JsonObject stored) =>
        IsText(stored, Password) || Sections(stored).Any(static source => IsText(source, Password))
            || Urls(stored).Any(static url => SourceUrl.HoldsSecret(Text(url.Holder, url.Key)!));

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
                urls.AddRange(Enumerable.Range(0, list.Count).Where(index => list[index] is JsonObject one && IsString(one[Url]))
                    .Select(index => (list[index]!, (object)Url, $"/{name}/{index}/{Url}")));
            }
            else if (IsString(json[name]))
            {
                urls.Add((json, name, "/" + name));
            }
        }

        return urls;
    }

    /// <summary>Of its sources, those with keys of their own.</summary>
    private static IEnumerable<JsonObject> Sections(JsonObject json) => (json[Sources] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static bool IsSection(JsonNode holder, object key) => key is string and Url && holder.Parent is JsonArray;

    /// <summary>Where the keys of a source stand; one that is its URL alone gets a section.</summary>
    private static JsonObject SectionOf(JsonNode holder, object key)
    {
        if (key is not int index)
        {
            return (JsonObject)holder;
        }

        JsonObject section = new() { [Url] = holder[index]!.DeepClone() };
        holder[index] = section;
        return section;
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
