using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>What is said to etcd, as JSON: keys and values in base64, numbers of 64 bits as texts. Pure.</summary>
internal static class EtcdRequests
{
    public static string LogIn(string user, string password) => Write(json =>
    {
        json.WriteString("name", user);
        json.WriteString("password", password);
    });

    public static string Grant(int seconds) => Write(json => json.WriteNumber("TTL", seconds));

    public static string Lease(long id) => Write(json => Number(json, "ID", id));

    public static string Put(string key, ReadOnlySpan<byte> value, long lease)
    {
        byte[] bytes = value.ToArray();
        return Write(json => WritePut(json, key, bytes, lease));
    }

    public static string Delete(string key) => Write(json => Key(json, "key", key));

    /// <summary>All keys that begin so.</summary>
    public static string Range(string prefix) => Write(json =>
    {
        Key(json, "key", prefix);
        Key(json, "range_end", EndOf(prefix));
    });

    /// <summary>Makes the key if nobody has it; else gives who has.</summary>
    public static Action<Utf8JsonWriter> Claim(string key, byte[] value, long lease) => json =>
    {
        Compare(json, key, 0);
        json.WriteStartArray("success");
        json.WriteStartObject();
        json.WriteStartObject("request_put");
        WritePut(json, key, value, lease);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("failure");
        json.WriteStartObject();
        json.WriteStartObject("request_range");
        Key(json, "key", key);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    };

    /// <summary>Deletes the key if it is still that one.</summary>
    public static Action<Utf8JsonWriter> Release(string key, long createRevision) => json =>
    {
        Compare(json, key, createRevision);
        json.WriteStartArray("success");
        json.WriteStartObject();
        json.WriteStartObject("request_delete_range");
        Key(json, "key", key);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    };

    /// <summary>Several transactions as one: each is decided by itself.</summary>
    public static string Batch(IEnumerable<Action<Utf8JsonWriter>> transactions) => Write(json =>
    {
        json.WriteStartArray("success");
        foreach (Action<Utf8JsonWriter> transaction in transactions)
        {
            json.WriteStartObject();
            json.WriteStartObject("request_txn");
            transaction(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Everything that happens to keys that begin so, from that revision on.</summary>
    public static string Watch(string prefix, long revision) => Write(json =>
    {
        json.WriteStartObject("create_request");
        Key(json, "key", prefix);
        Key(json, "range_end", EndOf(prefix));
        Number(json, "start_revision", revision);
        json.WriteEndObject();
    });

    /// <summary>The first key behind all that begin so.</summary>
    private static string EndOf(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private static void WritePut(Utf8JsonWriter json, string key, byte[] value, long lease)
    {
        Key(json, "key", key);
        json.WriteBase64String("value", value);
        if (lease != 0)
        {
            Number(json, "lease", lease);
        }
    }

    private static void Compare(Utf8JsonWriter json, string key, long createRevision)
    {
        json.WriteStartArray("compare");
        json.WriteStartObject();
        Key(json, "key", key);
        json.WriteString("target", "CREATE");
        Number(json, "create_revision", createRevision);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Key(Utf8JsonWriter json, string name, string key) => json.WriteBase64String(name, Encoding.UTF8.GetBytes(key));

    private static void Number(Utf8JsonWriter json, string name, long value) => json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An object with these members.</summary>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> text = new(256);
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
