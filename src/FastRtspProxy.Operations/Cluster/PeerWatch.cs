using System.Collections.Concurrent;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Asks the other boxes: now and then, for their clocks and for what they own; and, as soon as the engine has not answered for a while, again and
/// again, whether they have lost it, too. Then this box's fence is put off: an election of the engine's leader is no reason to stop a picture.
/// </summary>
internal sealed class PeerWatch : IAsyncDisposable
{
    /// <summary>How often it is looked whether there is something to ask.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly ClusterNode _node;
    private readonly PeerClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, TimeSpan> _clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);
    private readonly Task _running;
    private bool _saidFrozen;

    public PeerWatch(ClusterNode node, PeerClient client, TimeProvider time, ILogger log)
    {
        _node = node;
        _client = client;
        _time = time;
        _log = log;
        node.Sources.ClockOf = client.ClockOf = peer => _clocks.GetValueOrDefault(peer);
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <summary>True while this box is to be empty. Set once, before the start.</summary>
    public Func<bool> Drains { get; set; } = static () => false;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        long asked = 0;
        bool drained = false;
        try
        {
            while (true)
            {
                await Task.Delay(s_look, _time, _stop.Token);
                try
                {
                    bool drains = Drains();
                    _node.Moves.Set(drains);
                    bool doubts = _node.SinceRenewal > _node.Timings.AskAfter;
                    TimeSpan distance = drains ? ClusterTimings.DrainDistance : ClusterTimings.PeerDistance;
                    if (doubts || asked == 0 || drains != drained || _time.GetElapsedTime(asked) > distance)
                    {
                        drained = drains;
                        asked = _time.GetTimestamp();
                        await AskAllAsync(asked, doubts);
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    ClusterLog.Broken(_log, e); // the boxes are asked again, and the fence is looked at all the same
                }

                _node.Fencing.Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task AskAllAsync(long asked, bool doubts)
    {
        IReadOnlyList<ClusterMember> members = await _node.MembersAsync();
        ClusterMember[] others = [.. members.Where(member => member.Node != _node.Name)];
        (PeerState State, TimeSpan Ahead)?[] answers =
            await Task.WhenAll(others.Select(member => _client.AskAsync(member, _node.Timings.PeerAnswer)));
        for (int i = 0; i < others.Length; i++)
        {
            if (answers[i] is { } answer)
            {
                NoteClock(others[i].Node, answer.Ahead);
                NoteWritten(others[i].Node, answer.State.Written);
                _node.OnPeerOwns(others[i].Node, answer.State.Owned);
                _node.OnPeerDrains(others[i].Node, answer.State.IsDraining);
            }
        }

        bool[] haveLost = [.. answers.Where(static one => one is not null).Select(static one => one!.Value.State.IsLost)];
        bool isFrozen = doubts && PeerQuorum.AllHaveLost(Math.Max(members.Count, others.Length + 1), haveLost);
        if (isFrozen)
        {
            _node.Fencing.OnFrozen(asked);
            if (!_saidFrozen)
            {
                ClusterLog.Frozen(_log);
            }
        }

        _saidFrozen = isFrozen || (_saidFrozen && doubts);
    }

    /// <summary>Said once for each pair of configurations: people change one box after the other.</summary>
    private void NoteWritten(string node, string written)
    {
        string pair = $"{_node.Written} {written}";
        if (written.Length > 0 && _node.Written.Length > 0 && written != _node.Written && _written.GetValueOrDefault(node) != pair)
        {
            ClusterLog.WrittenDiffers(_log, node);
        }

        _written[node] = pair;
    }

    private void NoteClock(string node, TimeSpan ahead)
    {
        bool wasFar = _clocks.TryGetValue(node, out TimeSpan before) && before.Duration() > ClusterTimings.HopAge / 2;
        _clocks[node] = ahead;
        if (!wasFar && ahead.Duration() > ClusterTimings.HopAge / 2)
        {
            ClusterLog.ClockDiffers(_log, node, ahead.TotalSeconds);
        }
    }
}
