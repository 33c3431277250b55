using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>A key as etcd has it (mvccpb.KeyValue); numbers that are zero are left out by the gateway.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Empty where it was deleted.</param>
/// <param name="CreateRevision">When it was made.</param>
/// <param name="ModRevision">When it was changed last.</param>
/// <param name="Lease">0: none.</param>
internal readonly record struct EtcdKeyValue(string Key, byte[] Value, long CreateRevision, long ModRevision, long Lease)
{
    /// <summary>What is missing, or is no key of etcd's, is empty.</summary>
    public static EtcdKeyValue Read(JsonElement json) => new(
        Encoding.UTF8.GetString(Bytes(json, "key")), Bytes(json, "value"), Number(json, "create_revision"), Number(json, "mod_revision"),
        Number(json, "lease"));

    /// <summary>A number of 64 bits, which the gateway writes as a text; 0 where it is left out, or is none.</summary>
    public static long Number(JsonElement json, string name)
    {
        try
        {
            return Member(json, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value
                && long.TryParse(value.GetRawText().AsSpan().Trim('"'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? number
                : 0;
        }
        catch (InvalidOperationException)
        {
            return 0; // no UTF-8
        }
    }

    /// <summary>True where it is said so; the gateway leaves out what is false.</summary>
    public static bool IsTrue(JsonElement json, string name) => Member(json, name).ValueKind == JsonValueKind.True;

    /// <summary>The elements of an array; none where it is left out.</summary>
    public static IEnumerable<JsonElement> Elements(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Undefined: there is none, or it is no object that is asked.</summary>
    public static JsonElement Member(JsonElement json, string name)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            return default; // half of a surrogate pair in a name that begins like this one
        }
    }

    private static byte[] Bytes(JsonElement json, string name)
    {
        try
        {
            return Member(json, name) is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : [];
        }
        catch (InvalidOperationException)
        {
            return []; // half of a surrogate pair
        }
    }
}
