using System.Text.Json;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// Ownership by an etcd: one lease for this box, under which all of its keys are; a stream is owned by whoever made its key, and the revision of that
/// is the epoch. A box that is not heard of for the time to live has lost them all at once. What others do comes by one watch (<see
/// cref="EtcdWatch"/>).
/// </summary>
internal sealed class EtcdOwnership : IOwnership
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(300);

    private readonly ClusterMember _self;
    private readonly EtcdKeys _keys;
    private readonly EtcdClient _client;
    private readonly ClusterTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();

    private IOwnershipWatch? _watch;
    private Task _running = Task.CompletedTask;

    /// <summary>0: there is none.</summary>
    private long _lease;

    /// <summary>What was said last of the engine; null: nothing.</summary>
    private bool? _saidUp;

    /// <exception cref="EtcdException">A certificate cannot be used.</exception>
    public EtcdOwnership(ClusterConfig config, TimeProvider time, ILogger log)
    {
        _self = new ClusterMember(config.Node, config.Advertise, config.Capacity);
        _keys = new EtcdKeys(config.Name);
        _client = new EtcdClient(config.Engine);
        _timings = new ClusterTimings(config.Engine.Ttl);
        _time = time;
        _log = log;
    }

    private long Lease => Volatile.Read(ref _lease);

    /// <inheritdoc/>
    public void Start(IOwnershipWatch watch)
    {
        _watch = watch;
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <inheritdoc/>
    public Task<OwnerRecord?> ClaimAsync(string stream, string? previous) => Outbound.RunAsync(async () =>
    {
        long lease = Lease;
        if (lease == 0)
        {
            return null;
        }

        using JsonDocument? answer = await TryAskAsync(
            "/v3/kv/txn", EtcdRequests.Claim(_keys.OwnerKey(stream), EtcdKeys.OwnerValue(_self.Node), lease));
        if (answer is null)
        {
            return null;
        }

        JsonElement json = answer.RootElement;
        if (json.TryGetProperty("succeeded", out JsonElement succeeded) && succeeded.GetBoolean())
        {
            return new OwnerRecord(_self.Node, EtcdKeyValue.Number(json.GetProperty("header"), "revision"), IsOurs: true);
        }

        return json.TryGetProperty("responses", out JsonElement responses) && responses.GetArrayLength() > 0
            && responses[0].TryGetProperty("response_range", out JsonElement range)
            && range.TryGetProperty("kvs", out JsonElement pairs) && pairs.GetArrayLength() > 0
            ? EtcdKeys.Owner(EtcdKeyValue.Read(pairs[0]), lease)
            : null;
    });

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string stream, long epoch) => Outbound.RunAsync(async () =>
    {
        using JsonDocument? answer = await TryAskAsync("/v3/kv/txn", EtcdRequests.Release(_keys.OwnerKey(stream), epoch));
        return answer is not null;
    });

    /// <summary>Puts what the API made of a stream, for all boxes; null: removes it. False: the engine did not answer.</summary>
    public Task<bool> PutStreamAsync(string stream, byte[]? content) => Outbound.RunAsync(async () =>
    {
        string key = _keys.StreamKey(stream);
        using JsonDocument? answer = content is null
            ? await TryAskAsync("/v3/kv/deleterange", EtcdRequests.Delete(key))
            : await TryAskAsync("/v3/kv/put", EtcdRequests.Put(key, content, lease: 0));
        return answer is not null;
    });

    /// <summary>Gives the lease back, so that the others need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        if (Lease != 0)
        {
            await Outbound.RunAsync(async () =>
            {
                try
                {
                    using JsonDocument answer = await _client.AskAsync("/v3/lease/revoke", EtcdRequests.Lease(Lease), _timings.EngineAnswer, default);
                }
                catch (EtcdException)
                {
                    // It ends by itself.
                }
            });
        }

        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LiveOnceAsync();
                _watch!.OnExpired();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (EtcdException e)
            {
                Say(isUp: false, e.Message);
                await RestAsync(s_retry);
            }
            catch (Exception e)
            {
                ClusterLog.Broken(_log, e);
                await RestAsync(s_retry);
            }
        }
    }

    /// <summary>From a lease to its end.</summary>
    private async Task LiveOnceAsync()
    {
        await LeaveEarlierLifeAsync();
        long sent = _time.GetTimestamp();
        using (JsonDocument grant = await AskAsync("/v3/lease/grant", EtcdRequests.Grant((int)_timings.Ttl.TotalSeconds)))
        {
            Volatile.Write(ref _lease, EtcdKeyValue.Number(grant.RootElement, "ID"));
            if (EtcdKeyValue.Number(grant.RootElement, "TTL") is var seconds && seconds > (long)_timings.Ttl.TotalSeconds)
            {
                ClusterLog.LongerTtl(_log, seconds, _timings.Ttl.TotalSeconds);
            }
        }

        using (JsonDocument put = await AskAsync("/v3/kv/put", EtcdRequests.Put(_keys.NodeKey(_self.Node), EtcdKeys.NodeValue(_self), Lease)))
        {
            _watch!.OnRenewed(sent);
        }

        EtcdWatch watch = new(_keys, _client, _timings, () => Lease, _watch!, _time, _log);
        await watch.BeginAsync(_stop.Token);
        Say(isUp: true, _client.Shown);
        using CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task watching = watch.RunAsync(life.Token);
        try
        {
            await RenewAsync(watch);
        }
        finally
        {
            await life.CancelAsync();
            await watching;
            if (!_stop.IsCancellationRequested)
            {
                Volatile.Write(ref _lease, 0);
            }
        }
    }

    /// <summary>
    /// A box that was restarted at once finds its own keys, under a lease that nobody renews: the others need not wait for its end. Where another box
    /// has our name, we wait, and say so.
    /// </summary>
    private async Task LeaveEarlierLifeAsync()
    {
        using JsonDocument range = await AskAsync("/v3/kv/range", EtcdRequests.Range(_keys.NodeKey(_self.Node)));
        if (!range.RootElement.TryGetProperty("kvs", out JsonElement pairs))
        {
            return;
        }

        foreach (JsonElement element in pairs.EnumerateArray())
        {
            EtcdKeyValue pair = EtcdKeyValue.Read(element);
            if (pair.Key != _keys.NodeKey(_self.Node) || pair.Lease == 0 || pair.Lease == Lease)
            {
                continue;
            }

            if (EtcdKeys.Member(_self.Node, pair.Value) is { } other && other.Url != _self.Url)
            {
                throw new EtcdException($"box {other.Url} has the name \"{_self.Node}\", too: each box needs another cluster.node");
            }

            using JsonDocument revoked = await AskAsync("/v3/lease/revoke", EtcdRequests.Lease(pair.Lease));
        }
    }

    private async Task RenewAsync(EtcdWatch watch)
    {
        while (true)
        {
            long sent = _time.GetTimestamp();
            try
            {
                using JsonDocument answer = await AskAsync("/v3/lease/keepalive", EtcdRequests.Lease(Lease));
                if (!answer.RootElement.TryGetProperty("result", out JsonElement result) || EtcdKeyValue.Number(result, "TTL") <= 0)
                {
                    return;
                }

                _watch!.OnRenewed(sent);
                Say(isUp: true, _client.Shown);
            }
            catch (EtcdException e)
            {
                Say(isUp: false, e.Message);
            }

            watch.OnTurn();
            TimeSpan left = _timings.Renewal - _time.GetElapsedTime(sent);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(20), _time, _stop.Token);
        }
    }

    private Task<JsonDocument> AskAsync(string path, string body) => _client.AskAsync(path, body, _timings.EngineAnswer, _stop.Token);

    /// <summary>Null: it did not answer.</summary>
    private async Task<JsonDocument?> TryAskAsync(string path, string body)
    {
        try
        {
            return await AskAsync(path, body);
        }
        catch (EtcdException e)
        {
            ClusterLog.Unanswered(_log, e.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Say(bool isUp, string text)
    {
        if (_saidUp != isUp)
        {
            _saidUp = isUp;
            _watch!.OnEngine(isUp, text);
        }
    }

    private async Task RestAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
