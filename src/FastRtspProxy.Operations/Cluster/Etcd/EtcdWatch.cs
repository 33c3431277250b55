using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// Everything that happens to a cluster's keys: read whole once, then watched from the next revision on. A watch that ends goes on where it was, at
/// the member that is asked by then; where etcd has forgotten that (compaction), all is read again.
/// </summary>
internal sealed class EtcdWatch(
    EtcdKeys keys, EtcdClient client, ClusterTimings timings, Func<long> lease, IOwnershipWatch watch, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Of the next event.</summary>
    private long _revision;

    /// <summary>Set while a watch is read, and <see cref="_turn"/> with it: what ends it, and the turn of the member that it is read from.</summary>
    private volatile CancellationTokenSource? _reading;
    private int _turn;

    /// <summary>Reads all.</summary>
    /// <exception cref="EtcdException">No member answers.</exception>
    public async Task BeginAsync(CancellationToken stop)
    {
        using JsonDocument answer = await client.AskAsync("/v3/kv/range", EtcdRequests.Range(keys.Prefix), timings.EngineAnswer, stop);
        long revision = EtcdKeyValue.Number(EtcdKeyValue.Member(answer.RootElement, "header"), "revision");
        if (revision <= 0)
        {
            throw client.Nonsense("revision");
        }

        List<ClusterMember> members = [];
        Dictionary<string, OwnerRecord> owners = [];
        Dictionary<string, byte[]> streams = [];
        foreach (JsonElement element in EtcdKeyValue.Elements(answer.RootElement, "kvs"))
        {
            EtcdKeyValue pair = EtcdKeyValue.Read(element);
            if (keys.TryNode(pair.Key, out string node) && EtcdKeys.Member(node, pair.Value) is { } member)
            {
                members.Add(member);
            }
            else if (keys.TryOwner(pair.Key, out string stream) && EtcdKeys.Owner(pair, lease()) is { } owner)
            {
                owners[stream] = owner;
            }
            else if (keys.TryStream(pair.Key, out string made))
            {
                streams[made] = pair.Value;
            }
        }

        _revision = revision + 1;
        watch.OnSnapshot(new OwnershipSnapshot(members, owners, streams, revision));
    }

    /// <summary>Until the stop. Never faulted.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        bool hasLost = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (hasLost)
                {
                    await BeginAsync(stop);
                    hasLost = false;
                }

                hasLost = !await ReadAsync(stop);
                if (hasLost)
                {
                    ClusterLog.Compacted(log);
                }
            }
            catch (Exception e)
            {
                if (!stop.IsCancellationRequested)
                {
                    // What has the form of no watch may have hidden an event: all is read again.
                    hasLost |= e is not (EtcdException or IOException or OperationCanceledException or HttpRequestException);
                    ClusterLog.WatchEnded(log, e.Message);
                    await Task.Delay(s_retry, time, CancellationToken.None);
                }
            }
        }
    }

    /// <summary>Another member may be asked from now on: the watch goes on there.</summary>
    public void OnTurn()
    {
        if (_reading is { } reading && Volatile.Read(ref _turn) != client.Turn)
        {
            try
            {
                reading.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended.
            }
        }
    }

    /// <summary>False: etcd has forgotten where we were.</summary>
    private async Task<bool> ReadAsync(CancellationToken stop)
    {
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Volatile.Write(ref _turn, client.Turn);
        _reading = reading;
        try
        {
            string request = EtcdRequests.Watch(keys.Prefix, _revision);
            await using Stream stream = await client.OpenAsync("/v3/watch", request, timings.EngineAnswer, reading.Token);
            EtcdReader lines = new(stream);
            while (await lines.LineAsync(reading.Token) is { } line)
            {
                using JsonDocument json = JsonDocument.Parse(line);
                if (EtcdKeyValue.Member(json.RootElement, "result") is not { ValueKind: JsonValueKind.Object } result)
                {
                    throw EtcdKeyValue.Member(json.RootElement, "error").ValueKind != JsonValueKind.Undefined
                        ? new EtcdException($"{client.Shown}: the watch has failed")
                        : new FormatException($"{client.Shown}: a line that is none of a watch");
                }

                if (EtcdKeyValue.IsTrue(result, "canceled"))
                {
                    return EtcdKeyValue.Number(result, "compact_revision") == 0
                        ? throw new EtcdException($"{client.Shown}: the watch was ended")
                        : false;
                }

                OnEvents(result);
            }

            throw new EtcdException($"{client.Shown}: the watch ended");
        }
        finally
        {
            _reading = null;
        }
    }

    private void OnEvents(JsonElement result)
    {
        foreach (JsonElement one in EtcdKeyValue.Elements(result, "events"))
        {
            EtcdKeyValue pair = EtcdKeyValue.Read(EtcdKeyValue.Member(one, "kv"));
            bool isDeleted = EtcdKeyValue.Member(one, "type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("DELETE"u8);
            if (pair.ModRevision <= 0)
            {
                throw new FormatException($"{client.Shown}: an event without a revision");
            }

            _revision = Math.Max(_revision, pair.ModRevision + 1);
            if (keys.TryNode(pair.Key, out string node))
            {
                watch.OnMember(node, isDeleted ? null : EtcdKeys.Member(node, pair.Value));
            }
            else if (keys.TryOwner(pair.Key, out string stream))
            {
                watch.OnOwner(stream, isDeleted ? null : EtcdKeys.Owner(pair, lease()), pair.ModRevision);
            }
            else if (keys.TryStream(pair.Key, out string made))
            {
                watch.OnStream(made, isDeleted ? null : pair.Value);
            }
        }
    }
}
