using System.Text.Json;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Rtsp;
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
    private readonly EtcdBatches _batches;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Of this program: it tells a box that was restarted from another one of its name.</summary>
    private readonly string _life;

    /// <summary>The life of the program that answers at an address; null: none does.</summary>
    private readonly Func<ClusterMember, Task<string?>> _lifeAt;

    private IOwnershipWatch? _watch;
    private Task _running = Task.CompletedTask;

    /// <summary>0: there is none.</summary>
    private long _lease;

    /// <summary>What was said last of the engine; null: nothing.</summary>
    private bool? _saidUp;

    /// <summary>What was said last of a name that is taken; empty: nothing, or it was free since.</summary>
    private string _saidTaken = string.Empty;

    /// <param name="config">The cluster.</param>
    /// <param name="life">See <see cref="PeerState.Life"/>.</param>
    /// <param name="lifeAt">The life of the program that answers at a box's address; null: none does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The cluster's.</param>
    /// <exception cref="EtcdException">A certificate cannot be used.</exception>
    public EtcdOwnership(ClusterConfig config, string life, Func<ClusterMember, Task<string?>> lifeAt, TimeProvider time, ILogger log)
    {
        _life = life;
        _lifeAt = lifeAt;
        _self = new ClusterMember(config.Node, config.Advertise, config.Capacity);
        _keys = new EtcdKeys(config.Name);
        _client = new EtcdClient(config.Engine);
        _timings = new ClusterTimings(config.Engine.Ttl);
        _time = time;
        _log = log;
        _batches = new EtcdBatches(_client, _timings.EngineAnswer, log);
    }

    private long Lease => Volatile.Read(ref _lease);

    /// <inheritdoc/>
    public void Start(IOwnershipWatch watch)
    {
        _watch = watch;
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <inheritdoc/>
    public async Task<OwnerRecord?> ClaimAsync(string stream, string? previous)
    {
        long lease = Lease;
        string key = _keys.OwnerKey(stream);
        if (lease == 0 || await _batches.RunAsync(key, EtcdRequests.Claim(key, EtcdKeys.OwnerValue(_self.Node), lease)) is not var (answer, revision))
        {
            return null;
        }

        if (EtcdKeyValue.IsTrue(answer, "succeeded"))
        {
            return new OwnerRecord(_self.Node, revision, IsOurs: true);
        }

        JsonElement range = EtcdKeyValue.Member(EtcdKeyValue.Elements(answer, "responses").FirstOrDefault(), "response_range");
        JsonElement pair = EtcdKeyValue.Elements(range, "kvs").FirstOrDefault();
        return EtcdKeys.Owner(EtcdKeyValue.Read(pair), lease);
    }

    /// <inheritdoc/>
    public async Task<bool> ReleaseAsync(string stream, long epoch)
    {
        string key = _keys.OwnerKey(stream);
        return await _batches.RunAsync(key, EtcdRequests.Release(key, epoch)) is not null;
    }

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
        await _batches.DisposeAsync();
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
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (EtcdException e) when (e.IsNameTaken)
            {
                OnNameTaken(e.Message);
                await RestAsync(s_retry);
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
            long lease = EtcdKeyValue.Number(grant.RootElement, "ID");
            Volatile.Write(ref _lease, lease > 0 ? lease : throw _client.Nonsense("lease"));
            if (EtcdKeyValue.Number(grant.RootElement, "TTL") is var seconds && seconds > (long)_timings.Ttl.TotalSeconds)
            {
                ClusterLog.LongerTtl(_log, seconds, _timings.Ttl.TotalSeconds);
            }
        }

        using (JsonDocument put = await AskAsync("/v3/kv/put", EtcdRequests.Put(_keys.NodeKey(_self.Node), EtcdKeys.NodeValue(_self, _life), Lease)))
        {
            _saidTaken = string.Empty;
        }

        EtcdWatch watch = new(_keys, _client, _timings, () => Lease, _watch!, _time, _log);
        await watch.BeginAsync(_stop.Token);
        _watch!.OnRenewed(sent); // behind what was read: a camera of one session that is another box's by now is not asked before that is known
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
                _watch!.OnExpired();
            }
        }
    }

    /// <summary>
    /// A box that was restarted at once finds its own keys, under a lease that nobody renews: the others need not wait for its end. Where another box
    /// has our name, we wait, and say so: two of one name would take each other's streams for ever.
    /// </summary>
    private async Task LeaveEarlierLifeAsync()
    {
        using JsonDocument range = await AskAsync("/v3/kv/range", EtcdRequests.Range(_keys.NodeKey(_self.Node)));
        foreach (JsonElement element in EtcdKeyValue.Elements(range.RootElement, "kvs"))
        {
            EtcdKeyValue pair = EtcdKeyValue.Read(element);
            if (pair.Key != _keys.NodeKey(_self.Node) || pair.Lease == 0 || pair.Lease == Lease)
            {
                continue;
            }

            if (EtcdKeys.Member(_self.Node, pair.Value) is { } other && other.Url != _self.Url)
            {
                throw new EtcdException($"box {Printable.Line(other.Url)} has the name \"{_self.Node}\", too: each box needs another cluster.node")
                {
                    IsNameTaken = true,
                };
            }

            if (EtcdKeys.LifeOf(pair.Value) is var life && life != _life && life.Length > 0 && await _lifeAt(_self) == life)
            {
                throw new EtcdException(
                    $"at {_self.Url} another box answers, which has the name \"{_self.Node}\" and that address, too: each box needs another "
                    + "cluster.node and cluster.advertise")
                {
                    IsNameTaken = true,
                };
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
                JsonElement result = EtcdKeyValue.Member(answer.RootElement, "result");
                if (EtcdKeyValue.Number(result, "ID") != Lease)
                {
                    throw _client.Nonsense("lease"); // and not that ours has ended
                }

                if (EtcdKeyValue.Number(result, "TTL") <= 0)
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
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return null; // the end
        }
    }

    private void OnNameTaken(string text)
    {
        if (_saidTaken != text)
        {
            _saidTaken = text;
            ClusterLog.NameTaken(_log, text);
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
