using System.Text;
using System.Text.Json;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Cluster.Etcd;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// What an etcd answers, whole and as the lines of a watch, and, the same bytes, as what anybody may have written under a cluster's keys. JSON that is none is the only thing that a
/// reader throws; pieces are the same as the whole; what was read of a box or an owner is written and read back.
/// </summary>
internal sealed class EtcdTarget : FuzzTarget
{
    private const string Node = "b";
    private const long Lease = 77;

    private static readonly EtcdKeys s_keys = new("c");

    public override string Name => "etcd";

    /// <summary>The buffers of two readers, and exceptions that go through tasks.</summary>
    public override int FixedBytes => 128 * 1024;

    /// <summary>A key of some 50 bytes whose value is no JSON costs two exceptions.</summary>
    public override int BytesPerInputByte => 512;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        Look(new EtcdKeyValue(s_keys.NodeKey(Node), bytes, 1, 1, Lease));
        Look(new EtcdKeyValue(s_keys.OwnerKey("a"), bytes, 1, 1, Lease));
        WholeAsync(new MemoryStream(bytes)).GetAwaiter().GetResult()?.ForEach(static pair => Look(pair));
        EventsAsync(new MemoryStream(bytes)).GetAwaiter().GetResult().ForEach(static pair => Look(pair));
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        int step = bytes.Length <= 512 ? 1 : 61;
        Property.Equal(Text(WholeAsync(new MemoryStream(bytes)).GetAwaiter().GetResult()), Text(WholeAsync(new Pieces(bytes, step)).GetAwaiter().GetResult()));
        Property.Equal(Text(EventsAsync(new MemoryStream(bytes)).GetAwaiter().GetResult()), Text(EventsAsync(new Pieces(bytes, step)).GetAwaiter().GetResult()));
        Property.Equal(
            Encoding.Latin1.GetString(bytes, 0, Array.LastIndexOf(bytes, (byte)'\n') + 1), LinesAsync(new Pieces(bytes, step)).GetAwaiter().GetResult());

        if (EtcdKeys.Member(Node, bytes) is { } member)
        {
            string life = EtcdKeys.LifeOf(bytes);
            byte[] written = EtcdKeys.NodeValue(member, life);
            Property.Holds(member.Capacity >= 1, "a box has a weight");
            Property.Equal(member, EtcdKeys.Member(Node, written));
            Property.Equal(life, EtcdKeys.LifeOf(written));
        }

        if (EtcdKeys.Owner(new EtcdKeyValue(s_keys.OwnerKey("a"), bytes, 5, 6, Lease), Lease) is { } owner)
        {
            EtcdKeyValue written = new(s_keys.OwnerKey("a"), EtcdKeys.OwnerValue(owner.Node), 5, 6, Lease);
            Property.Equal<OwnerRecord?>(owner, EtcdKeys.Owner(written, Lease));
        }
    }

    /// <summary>All that stands in an answer; null: it is no JSON.</summary>
    private static async Task<List<EtcdKeyValue>?> WholeAsync(MemoryStream stream)
    {
        try
        {
            using JsonDocument json = await EtcdReader.JsonAsync(stream, CancellationToken.None);
            _ = EtcdKeyValue.Number(EtcdKeyValue.Member(json.RootElement, "header"), "revision");
            return [.. EtcdKeyValue.Elements(json.RootElement, "kvs").Select(EtcdKeyValue.Read)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a watch tells up to the first line that is no JSON, which ends it.</summary>
    private static async Task<List<EtcdKeyValue>> EventsAsync(MemoryStream stream)
    {
        EtcdReader lines = new(stream);
        List<EtcdKeyValue> told = [];
        while (await lines.LineAsync(CancellationToken.None) is { } line)
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                JsonElement result = EtcdKeyValue.Member(json.RootElement, "result");
                _ = EtcdKeyValue.IsTrue(result, "canceled") && EtcdKeyValue.Number(result, "compact_revision") != 0;
                told.AddRange(EtcdKeyValue.Elements(result, "events").Select(static one => EtcdKeyValue.Read(EtcdKeyValue.Member(one, "kv"))));
            }
            catch (JsonException)
            {
                break;
            }
        }

        return told;
    }

    /// <summary>All lines, each with its end.</summary>
    private static async Task<string> LinesAsync(Pieces stream)
    {
        EtcdReader lines = new(stream);
        StringBuilder text = new();
        while (await lines.LineAsync(CancellationToken.None) is { } line)
        {
            text.Append(Encoding.Latin1.GetString(line.Span)).Append('\n');
        }

        return text.ToString();
    }

    private static void Look(in EtcdKeyValue pair)
    {
        if (s_keys.TryNode(pair.Key, out string node))
        {
            _ = EtcdKeys.Member(node, pair.Value);
            _ = EtcdKeys.LifeOf(pair.Value);
        }
        else if (s_keys.TryOwner(pair.Key, out _))
        {
            _ = EtcdKeys.Owner(pair, Lease);
        }
        else
        {
            _ = s_keys.TryStream(pair.Key, out _);
        }
    }

    private static string Text(List<EtcdKeyValue>? pairs) => pairs is null ? "no JSON" : string.Join('\n', pairs.Select(static pair =>
        $"{pair.Key} {Convert.ToHexString(pair.Value)} {pair.CreateRevision} {pair.ModRevision} {pair.Lease}"));

    private sealed class Pieces(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
