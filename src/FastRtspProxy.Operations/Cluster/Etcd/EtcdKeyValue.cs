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
    /// <exception cref="FormatException">It is none.</exception>
    public static EtcdKeyValue Read(JsonElement json) => new(
        Encoding.UTF8.GetString(Bytes(json, "key")), Bytes(json, "value"), Number(json, "create_revision"), Number(json, "mod_revision"),
        Number(json, "lease"));

    /// <summary>A number of 64 bits, which the gateway writes as a text; 0 where it is left out.</summary>
    public static long Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt64()
            : 0;

    private static byte[] Bytes(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetBytesFromBase64() : [];
}
