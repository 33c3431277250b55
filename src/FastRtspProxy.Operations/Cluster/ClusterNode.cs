using System.Collections.Concurrent;
using System.Threading.Channels;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// This box of the cluster: what mounts need and what the engine tells come together here, in one turn after the other on the thread pool; what comes
/// out is who owns each stream, told to the mounts. A stream that is needed and that nobody owns is claimed, in the order of
/// <see cref="Rendezvous"/>, so that boxes do not all try at once. The engine decides who gets it.
/// </summary>
internal sealed partial class ClusterNode : ICameraOwners, IOwnershipWatch, IAsyncDisposable
{
    private readonly ClusterConfig _config;
    private readonly IOwnership _engine;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, ClusterStream> _streams = new(StringComparer.Ordinal);

    /// <summary>What holds of each stream that is followed here, for those who ask on other threads.</summary>
    private readonly ConcurrentDictionary<string, CameraOwnership> _told = new(StringComparer.Ordinal);

    /// <summary>The newest of each of them that went from one box to another, for the same.</summary>
    private readonly ConcurrentDictionary<string, LastTakeover> _takeovers = new(StringComparer.Ordinal);

    /// <summary>Owners of streams that nobody follows here yet, too. In the turn.</summary>
    private readonly Dictionary<string, OwnerRecord> _owners = new(StringComparer.Ordinal);

    private readonly ClusterClaims _claims;
    private readonly Task _running;

    /// <summary>False until the engine was read for the first time.</summary>
    private bool _isKnown;

    /// <summary>The sending of the last message that the engine answered, as a time stamp.</summary>
    private long _renewed;

    private volatile bool _isUp;

    public ClusterNode(ClusterConfig config, ClusterSecrets secrets, IOwnership engine, TimeProvider time, ILogger log)
    {
        _config = config;
        Clock = new SteadyTime(time);
        Sources = new PeerSources(config.Node, secrets, Clock);
        _engine = engine;
        _time = time;
        _log = log;
        _renewed = time.GetTimestamp();
        Timings = new ClusterTimings(config.Engine.Ttl);
        Fence = new Fence(time);
        Fencing = new FenceKeeper(this, log);
        Members = new ClusterMembers(config.Node, log);
        _claims = new ClusterClaims(this, engine, time, log);
        Releases = new ClusterReleases(this, engine, time);
        Moves = new ClusterDrain(this, time, log);
        _running = Outbound.RunAsync(RunAsync);
    }

    public ClusterTimings Timings { get; }

    public ClusterCounters Counters { get; } = new();

    /// <inheritdoc cref="Cluster.Fence"/>
    public Fence Fence { get; }

    /// <inheritdoc cref="FenceKeeper"/>
    public FenceKeeper Fencing { get; }

    /// <summary>In the turn, but for <see cref="ClusterMembers.Drains"/>; see <see cref="MembersAsync"/>.</summary>
    public ClusterMembers Members { get; }

    /// <summary>This box.</summary>
    public string Name => _config.Node;

    /// <inheritdoc cref="PeerState.Life"/>
    public string Life { get; init; } = string.Empty;

    /// <summary>By which hops are dated and judged.</summary>
    public SteadyTime Clock { get; }

    /// <inheritdoc cref="ClusterReleases"/>
    public ClusterReleases Releases { get; }

    /// <summary>The engine has answered the last question. Any thread.</summary>
    public bool IsEngineUp => _isUp;

    /// <inheritdoc cref="ClusterDrain"/>
    public ClusterDrain Moves { get; }

    /// <summary>Since the engine has heard this box. Any thread.</summary>
    public TimeSpan SinceRenewal => _time.GetElapsedTime(Volatile.Read(ref _renewed));

    /// <inheritdoc cref="PeerSources"/>
    public PeerSources Sources { get; }

    /// <summary>Told of streams that the API of any box made; null content: removed. In the turn. Set once, before the start.</summary>
    public Action<string, byte[]?>? StreamChanged { get; set; }

    /// <summary>Told the names of those streams when the engine was read whole, behind them. In the turn. Set once, before the start.</summary>
    public Action<IReadOnlyCollection<string>>? AllRead { get; set; }

    /// <summary>Told of a stream that goes from this box to another one or comes from there. In the turn. Set once, before the start.</summary>
    public Action<string, string>? OwnerChanged { get; set; }

    /// <summary>See <see cref="PeerState.Written"/>. Any thread.</summary>
    public string Written { get; set; } = string.Empty;

    /// <summary>Begins.</summary>
    public void Start() => _engine.Start(this);

    /// <inheritdoc/>
    public ICameraOwner Follow(string stream, bool stopsWhenAlone, Action changed)
    {
        StreamFollower follower = new(this, stream, changed);
        Post(() => OnFollow(follower, stopsWhenAlone));
        return follower;
    }

    /// <summary>What holds of a stream. Any thread.</summary>
    public CameraOwnership OwnershipOf(string stream) => _told.GetValueOrDefault(stream) ?? CameraOwnership.Unknown;

    /// <summary>The same, and how it came to that. Any thread.</summary>
    public StreamOwner OwnerOf(string stream) => new(OwnershipOf(stream), _takeovers.GetValueOrDefault(stream));

    /// <summary>Where viewers find it; null: it is not another box's, or that one takes no viewers any more. Any thread.</summary>
    public string? PublicUrlOf(string stream) =>
        OwnershipOf(stream) is var owner && !Members.Drains(owner.Node) ? PeerSources.PublicUrlOf(owner) : null;

    /// <summary>What holds of all streams that are followed here. Any thread.</summary>
    public IReadOnlyDictionary<string, CameraOwnership> Ownerships => _told;

    /// <summary>The boxes that are there. Any thread.</summary>
    public Task<IReadOnlyList<ClusterMember>> MembersAsync() => AskAsync<IReadOnlyList<ClusterMember>>(() => [.. Members.All]);

    /// <inheritdoc cref="ClusterClaims.Promise"/>
    public void Promise(string node) => _claims.Promise(node);

    /// <summary>Streams that this box owns, by their epochs. Any thread.</summary>
    public Dictionary<string, long> Owned() =>
        _told.Where(static pair => pair.Value.Kind == OwnershipKind.Own).ToDictionary(static pair => pair.Key, static pair => pair.Value.Epoch);

    /// <summary><inheritdoc cref="ClusterDrain.TryMove"/> Null: there is no such stream here.</summary>
    public Task<bool?> MoveAsync(string stream) => AskAsync<bool?>(() => Find(stream) is null ? null : Moves.TryMove(stream));

    /// <summary>True while this box owns the stream under that epoch, by the engine. Any thread.</summary>
    public Task<bool> OwnsAsync(string stream, long epoch) =>
        AskAsync(() => _streams.TryGetValue(stream, out ClusterStream? one) && one.Owner is { IsOurs: true } owner && owner.Epoch == epoch);

    /// <summary>That of a name, which a mount follows; null: none does. In the turn.</summary>
    public ClusterStream? Find(string stream) => _streams.GetValueOrDefault(stream);

    /// <summary>Streams that are known here. In the turn.</summary>
    public IReadOnlyCollection<ClusterStream> Streams => _streams.Values;

    /// <summary>The engine was read. In the turn.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Has it done in a turn. Any thread.</summary>
    public void Post(Action work) => _inbox.Writer.TryWrite(work);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Releases.DisposeAsync();
        await _engine.DisposeAsync();
        _inbox.Writer.TryComplete();
        await _running;
        foreach (ClusterStream stream in _streams.Values)
        {
            stream.Turn?.Dispose();
        }
    }

    private Task<T> AskAsync<T>(Func<T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_inbox.Writer.TryWrite(() => answer.SetResult(question())))
        {
            answer.SetCanceled();
        }

        return answer.Task;
    }

    private async Task RunAsync()
    {
        await foreach (Action work in _inbox.Reader.ReadAllAsync())
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                ClusterLog.Broken(_log, e); // the other streams' turns come all the same
            }
        }
    }
}
