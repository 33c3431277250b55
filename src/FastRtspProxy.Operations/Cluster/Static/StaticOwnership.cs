using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster.Static;

/// <summary>
/// Ownership by a list of boxes that ask each other twice a second: for two boxes, and for tests. Who has a stream keeps it; of two that took it in
/// the
/// same moment the one with the higher epoch does, and of equal ones the one that is first in <see cref="Rendezvous"/>. There is no fence: boxes that
/// are cut off from each other both read.
/// </summary>
internal sealed class StaticOwnership : IOwnership
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(500);

    private readonly ClusterMember _self;
    private readonly ClusterMember[] _others;
    private readonly Func<ClusterMember, Task<PeerState?>> _ask;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _lock = new();

    /// <summary>Under the lock: what this box owns.</summary>
    private readonly Dictionary<string, long> _own = new(StringComparer.Ordinal);

    /// <summary>Under the lock: claims that wait for the answers of the others.</summary>
    private List<(string Stream, TaskCompletionSource<OwnerRecord?> Done)> _claims = [];

    /// <summary>Of the loop: boxes that are there, with what they own and when they answered last.</summary>
    private readonly Dictionary<string, (Dictionary<string, long> Owned, long At)> _there = new(StringComparer.Ordinal);

    /// <summary>The highest epoch that was heard of.</summary>
    private long _clock;

    private IOwnershipWatch? _watch;
    private Task _running = Task.CompletedTask;

    /// <param name="config">The cluster.</param>
    /// <param name="ask">Asks a box; null: it does not answer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The cluster's.</param>
    public StaticOwnership(ClusterConfig config, Func<ClusterMember, Task<PeerState?>> ask, TimeProvider time, ILogger log)
    {
        ClusterMember[] all = [.. config.Engine.Nodes.Select(static node => new ClusterMember(node.Name, node.Url, 100))];
        _self = all.First(member => member.Node == config.Node);
        _others = [.. all.Where(member => member != _self)];
        _ask = ask;
        _time = time;
        _log = log;
    }

    /// <summary>A box that has not answered for so long is gone: two questions and half of the third.</summary>
    public static TimeSpan GoneAfter { get; } = TimeSpan.FromMilliseconds(1400);

    /// <summary>An answer of a box is waited for so long.</summary>
    public static TimeSpan Answer { get; } = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc/>
    public void Start(IOwnershipWatch watch)
    {
        _watch = watch;
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <inheritdoc/>
    public Task<OwnerRecord?> ClaimAsync(string stream, string? previous)
    {
        TaskCompletionSource<OwnerRecord?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _claims.Add((stream, done));
        }

        _wake.Release();
        return done.Task;
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string stream, long epoch)
    {
        lock (_lock)
        {
            if (_own.TryGetValue(stream, out long owned) && owned == epoch)
            {
                _own.Remove(stream);
            }
        }

        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        bool isFirst = true;
        while (!_stop.IsCancellationRequested)
        {
            List<(string Stream, TaskCompletionSource<OwnerRecord?> Done)> claims;
            lock (_lock)
            {
                (claims, _claims) = (_claims, []);
            }

            try
            {
                long sent = _time.GetTimestamp();
                await AskAllAsync(isFirst);
                isFirst = false;
                _watch!.OnRenewed(sent);
                claims.ForEach(claim => claim.Done.TrySetResult(Claim(claim.Stream)));
                await WaitAsync();
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e)
            {
                ClusterLog.Broken(_log, e);
            }
            finally
            {
                claims.ForEach(static claim => claim.Done.TrySetResult(null));
            }
        }

        lock (_lock)
        {
            _claims.ForEach(static claim => claim.Done.TrySetResult(null));
            _claims.Clear();
        }
    }

    /// <summary>Until the next heartbeat, or a claim.</summary>
    private async Task WaitAsync()
    {
        Task claim = _wake.WaitAsync(_stop.Token);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task due = Task.Delay(s_heartbeat, _time, over.Token);
        if (await Task.WhenAny(claim, due) == due)
        {
            _wake.Release(); // so that the wait for a claim ends
        }

        await over.CancelAsync();
        await claim;
        while (_wake.CurrentCount > 0)
        {
            await _wake.WaitAsync(_stop.Token); // claims of one moment are one question
        }
    }

    private async Task AskAllAsync(bool isFirst)
    {
        PeerState?[] answers = await Task.WhenAll(_others.Select(_ask));
        _stop.Token.ThrowIfCancellationRequested();
        for (int i = 0; i < _others.Length; i++)
        {
            string node = _others[i].Node;
            if (answers[i] is { } state)
            {
                OnAnswer(_others[i], state);
            }
            else if (_there.TryGetValue(node, out var known) && _time.GetElapsedTime(known.At) > GoneAfter)
            {
                _there.Remove(node);
                _watch!.OnMember(node, null);
                foreach (string stream in known.Owned.Keys.Where(stream => !Owns(stream)))
                {
                    _watch.OnOwner(stream, null, ++_clock);
                }
            }
        }

        if (isFirst)
        {
            ClusterMember[] members = [_self, .. _others.Where(member => _there.ContainsKey(member.Node))];
            Dictionary<string, OwnerRecord> owners = new(StringComparer.Ordinal);
            foreach ((string node, var known) in _there)
            {
                foreach ((string stream, long epoch) in known.Owned)
                {
                    owners[stream] = new OwnerRecord(node, epoch, IsOurs: false);
                }
            }

            _watch!.OnEngine(isUp: true, "a list of boxes");
            _watch.OnSnapshot(new OwnershipSnapshot(members, owners, new Dictionary<string, byte[]>(), _clock));
        }
    }

    private void OnAnswer(ClusterMember peer, PeerState state)
    {
        Dictionary<string, long> before = _there.TryGetValue(peer.Node, out var known) ? known.Owned : [];
        Dictionary<string, long> owned = new(state.Owned, StringComparer.Ordinal);
        if (!_there.ContainsKey(peer.Node))
        {
            _watch!.OnMember(peer.Node, peer);
        }

        _there[peer.Node] = (owned, _time.GetTimestamp());
        foreach ((string stream, long epoch) in owned)
        {
            _clock = Math.Max(_clock, epoch);
            if ((before.TryGetValue(stream, out long was) && was == epoch) || KeepsAgainst(peer.Node, stream, epoch))
            {
                continue;
            }

            _watch!.OnOwner(stream, new OwnerRecord(peer.Node, epoch, IsOurs: false), Math.Max(epoch, _clock));
        }

        foreach (string stream in before.Keys.Where(stream => !owned.ContainsKey(stream)))
        {
            if (!Owns(stream))
            {
                _watch!.OnOwner(stream, null, ++_clock);
            }
        }
    }

    /// <summary>Both have it: true where this box is the one that keeps it; else it is given up.</summary>
    private bool KeepsAgainst(string node, string stream, long epoch)
    {
        lock (_lock)
        {
            if (!_own.TryGetValue(stream, out long ours))
            {
                return false;
            }

            ClusterMember[] all = [_self, .. _others];
            bool keeps = ours > epoch || (ours == epoch && Rendezvous.PlaceOf(_self.Node, stream, all) < Rendezvous.PlaceOf(node, stream, all));
            if (!keeps)
            {
                _own.Remove(stream);
            }

            return keeps;
        }
    }

    private bool Owns(string stream)
    {
        lock (_lock)
        {
            return _own.ContainsKey(stream);
        }
    }

    /// <summary>After the others were asked.</summary>
    private OwnerRecord? Claim(string stream)
    {
        foreach ((string node, var known) in _there)
        {
            if (known.Owned.TryGetValue(stream, out long epoch))
            {
                return new OwnerRecord(node, epoch, IsOurs: false);
            }
        }

        lock (_lock)
        {
            if (!_own.TryGetValue(stream, out long ours))
            {
                _own[stream] = ours = ++_clock;
            }

            return new OwnerRecord(_self.Node, ours, IsOurs: true);
        }
    }
}
