using System.Collections.Concurrent;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Cluster.Static;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>Two boxes of a list that ask each other, in one process.</summary>
public sealed class StaticOwnershipTests : IAsyncLifetime
{
    private readonly Box _a = new("a");
    private readonly Box _b = new("b");

    public Task InitializeAsync()
    {
        _a.Other = _b;
        _b.Other = _a;
        _a.Begin();
        _b.Begin();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _a.Engine.DisposeAsync();
        await _b.Engine.DisposeAsync();
    }

    [Fact]
    public async Task ClaimAsync_OneAfterTheOther_TheFirstHasIt()
    {
        await _a.ClaimAsync("cam1");
        Assert.True(_a.Owns("cam1"));

        Assert.Equal("a", (await _b.Engine.ClaimAsync("cam1", null))!.Value.Node);
    }

    /// <summary>Both may take it in the same moment: they agree as soon as they have asked each other.</summary>
    [Fact]
    public async Task ClaimAsync_BothAtOnceHundredTimes_OneHasEachInTheEnd()
    {
        string[] streams = [.. Enumerable.Range(0, 100).Select(static n => $"cam{n}")];

        await Task.WhenAll(streams.SelectMany(stream => (Task[])[_a.ClaimAsync(stream), _b.ClaimAsync(stream)]));

        await Until.TrueAsync(() => streams.All(stream => _a.OwnerOf(stream) is { } owner && owner == _b.OwnerOf(stream)), 30);
        Assert.All(streams, stream => Assert.Equal(1, (_a.Owns(stream) ? 1 : 0) + (_b.Owns(stream) ? 1 : 0)));
    }

    [Fact]
    public async Task Heartbeat_BoxIsGone_ItsStreamsAreAnybodys()
    {
        await _b.ClaimAsync("cam1");
        await Until.TrueAsync(() => _a.OwnerOf("cam1") == "b", 30);

        _b.IsDead = true;

        await Until.TrueAsync(() => _a.OwnerOf("cam1") is null && !_a.Members.ContainsKey("b"), 30);
        Assert.True((await _a.Engine.ClaimAsync("cam1", "b"))!.Value.IsOurs);
    }

    /// <summary>Both had taken it while they were cut off from each other, and the one that was to give it up is gone before it did.</summary>
    [Fact]
    public async Task Heartbeat_BoxThatHadOurStreamTooIsGone_OursStaysOurs()
    {
        await _a.ClaimAsync("cam1");
        _b.Says = new PeerState(false, false, new Dictionary<string, long> { ["cam1"] = 0 });
        await UntilAskedAsync();
        Assert.True(_a.Owns("cam1"));

        _b.IsDead = true;
        await Until.TrueAsync(() => !_a.Members.ContainsKey("b"), 30);
        await UntilAskedAsync();

        Assert.True(_a.Owns("cam1"));
    }

    /// <summary>Box a has asked the other one, and has done what it says.</summary>
    private async Task UntilAskedAsync()
    {
        int asked = _b.Asked;
        await Until.TrueAsync(() => _b.Asked >= asked + 3, 30);
    }

    private sealed class Box : IOwnershipWatch
    {
        private readonly ConcurrentDictionary<string, OwnerRecord> _owners = new();
        private int _asked;

        public Box(string name)
        {
            ClusterConfig config = new()
            {
                Node = name,
                Engine = new ClusterEngineConfig { Nodes = [new("a", "rtsp://192.0.2.1:8554"), new("b", "rtsp://192.0.2.2:8554")] },
            };
            Engine = new StaticOwnership(config, _ => Task.FromResult(Other!.State), TimeProvider.System, NullLogger.Instance);
        }

        public Box? Other { get; set; }

        public StaticOwnership Engine { get; }

        public bool IsDead { get; set; }

        /// <summary>In the place of what it owns.</summary>
        public PeerState? Says { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public ConcurrentDictionary<string, bool> Members { get; } = new();

        private PeerState? State => Interlocked.Increment(ref _asked) > 0 && IsDead ? null
            : Says ?? new PeerState(false, false, _owners.Where(static pair => pair.Value.IsOurs).ToDictionary(static pair => pair.Key, static pair => pair.Value.Epoch));

        public void Begin() => Engine.Start(this);

        public async Task ClaimAsync(string stream)
        {
            if (await Engine.ClaimAsync(stream, null) is { } owner)
            {
                _owners[stream] = owner;
            }
        }

        public string? OwnerOf(string stream) => _owners.TryGetValue(stream, out OwnerRecord owner) ? owner.Node : null;

        public bool Owns(string stream) => _owners.TryGetValue(stream, out OwnerRecord owner) && owner.IsOurs;

        public void OnSnapshot(OwnershipSnapshot snapshot)
        {
        }

        public void OnMember(string node, ClusterMember? member)
        {
            if (member is null)
            {
                Members.TryRemove(node, out _);
            }
            else
            {
                Members[node] = true;
            }
        }

        public void OnOwner(string stream, OwnerRecord? owner, long revision)
        {
            if (owner is { } known)
            {
                _owners[stream] = known;
            }
            else
            {
                _owners.TryRemove(stream, out _);
            }
        }

        public void OnStream(string name, byte[]? content)
        {
        }

        public void OnRenewed(long sent)
        {
        }

        public void OnEngine(bool isUp, string reason)
        {
        }

        public void OnExpired()
        {
        }
    }
}
