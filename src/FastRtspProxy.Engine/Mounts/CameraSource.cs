using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Where a mount takes its stream from, where several boxes share the cameras: from the camera while this box owns the stream, else from the box that
/// does, over TCP and with true timestamps. When that changes, the session is made anew in place, and the viewers are held. What is asked of a camera
/// stops by this box's own clock where another box may begin (<see cref="CameraOwnership.Left"/>). On the mount's shard.
/// </summary>
internal sealed class CameraSource
{
    /// <summary>Between two tries at a box while somebody waits: it is near, and may be back at any moment.</summary>
    private static readonly TimeSpan s_distance = TimeSpan.FromMilliseconds(250);

    /// <summary>As <see cref="s_distance"/> while nobody does.</summary>
    private static readonly TimeSpan s_idleDistance = TimeSpan.FromSeconds(2);

    private const string Fenced = "this box may be cut off from the others, and one of them may begin";

    private readonly MountSettings _settings;
    private readonly MountStatus _status;
    private readonly MountClients _clients;
    private readonly ShardSignal _signal;
    private readonly ShardTimer _fence;
    private readonly Shard _shard;
    private readonly ICameraOwners _owners;
    private readonly Action _changed;

    /// <summary>What that box is asked with; there while <see cref="_used"/> is another box, and until its session is closed.</summary>
    private Func<string, string>? _hop;

    /// <summary>One more with each change of whom is asked: a session that was made before it asks nothing more.</summary>
    private int _turn;

    /// <summary>Null before the start.</summary>
    private ICameraOwner? _owner;

    /// <summary>What the present session was made by, or the next one is; <see cref="CameraOwnership.Unknown"/>: there is to be none.</summary>
    private CameraOwnership _used = CameraOwnership.Unknown;

    private CameraSource(
        MountSettings settings, Shard shard, MountStatus status, MountClients clients, ICameraOwners owners, ShardSignal signal, Action changed)
    {
        _changed = changed;
        _settings = settings;
        _shard = shard;
        _owners = owners;
        _status = status;
        _clients = clients;
        _signal = signal;
        _fence = shard.CreateTimer(OnFence);
    }

    /// <summary>Why the last session was to end, for the log; empty: none was, yet.</summary>
    public string Why { get; private set; } = string.Empty;

    /// <summary>How long until the box is asked again; null: it is a camera, which has waits of its own.</summary>
    public TimeSpan? Wait => _used.Kind != OwnershipKind.Peer ? null : _clients.AreWaiting ? s_distance : s_idleDistance;

    /// <summary>For a mount whose camera several boxes share; null: it is this box's alone.</summary>
    /// <param name="settings">The mount's.</param>
    /// <param name="shard">The mount's.</param>
    /// <param name="status">Tells of the stop.</param>
    /// <param name="clients">Who needs the camera.</param>
    /// <param name="signal">Set when something has changed.</param>
    /// <param name="changed">Told when the session that goes on, or the wait for one, is to end: the next one goes elsewhere.</param>
    public static CameraSource? Of(
        MountSettings settings, Shard shard, MountStatus status, MountClients clients, ShardSignal signal, Action changed) =>
        settings.Owners is { } owners ? new CameraSource(settings, shard, status, clients, owners, signal, changed) : null;

    /// <summary>Begins to follow who owns the stream.</summary>
    public void Start() => _owner = _owners.Follow(_settings.Name, _settings.StopsWhenAlone, () => _shard.Post(Look));

    /// <summary>The mount's settings were changed.</summary>
    public void OnChanged() => _owner?.Rule(_settings.StopsWhenAlone);

    /// <summary>
    /// An attempt, or a session, has ended. Where that was for the end of <see cref="CameraOwnership.Left"/>, nothing was wrong with the camera: it
    /// is read on when there is more.
    /// </summary>
    public void OnEnded(BackendFailure? failure)
    {
        if (failure is { Kind: BackendFailureKind.Fenced })
        {
            Leave(_used.Kind == OwnershipKind.Unknown ? Why : Fenced);
        }
    }

    /// <summary>
    /// True when it is known whom to ask; false: the mount stops. A stream that nobody needs, and that is described, waits for somebody.
    /// </summary>
    /// <param name="isDescribed">What viewers are told is known.</param>
    public async Task<bool> WaitUntilKnownAsync(bool isDescribed)
    {
        while (!_status.IsStopping && !TryUse())
        {
            if (_clients.NeedCamera || !isDescribed)
            {
                _owner!.Need();
            }

            await _signal.WaitAsync(null);
        }

        return !_status.IsStopping;
    }

    /// <summary>Nobody needs the camera, which was let go.</summary>
    public void Rest() => _owner?.Rest();

    /// <summary>The mount ends.</summary>
    public void End()
    {
        _fence.Stop();
        _owner?.Leave();
    }

    private bool TryUse()
    {
        CameraOwnership now = _owner!.Now;
        bool isNowhere = now.Kind == OwnershipKind.Unknown || now.IsVacant || (now.Kind == OwnershipKind.Peer && now.Url is null);
        if (isNowhere || now.Left?.Invoke() <= TimeSpan.Zero)
        {
            return false;
        }

        Use(now);
        return true;
    }

    /// <summary>Others own it, or it is owned by other means.</summary>
    private void Look()
    {
        if (_status.IsStopping || _owner is not { Now: var now })
        {
            return;
        }

        if (_used.Kind == OwnershipKind.Unknown)
        {
            _signal.Set(); // whoever waits looks for itself
        }
        else if (now.IsVacant && _used.Kind == OwnershipKind.Peer)
        {
            OnVacant(now);
        }
        else if (now.Kind == _used.Kind && now.Node == _used.Node && now.Url?.Text == _used.Url?.Text)
        {
            Use(now); // another epoch, or more time: the session goes on
        }
        else
        {
            Leave(now.Kind switch
            {
                OwnershipKind.Own => "this box owns the stream now",
                OwnershipKind.Peer => $"box {now.Node} owns the stream now",
                _ => "no box is known to own the stream",
            });
        }
    }

    /// <summary>The box may be gone, or may be back: until another one has the stream, what comes from it is as good as ever.</summary>
    private void OnVacant(CameraOwnership now)
    {
        if (_clients.WantCamera)
        {
            _owner!.Need(isServed: true);
        }
        else
        {
            Leave($"box {now.Node} has let the stream go");
        }
    }

    private void OnFence()
    {
        if (_used.Left?.Invoke() is not { } left || _status.IsStopping)
        {
            return;
        }

        if (left > TimeSpan.Zero)
        {
            _fence.Start(left);
        }
        else
        {
            Leave(Fenced);
        }
    }

    private void Leave(string why)
    {
        Why = why;
        _used = CameraOwnership.Unknown;
        _turn++;
        _fence.Stop();
        _changed();
    }

    private void Use(CameraOwnership now)
    {
        bool isSame = now.Kind == _used.Kind && now.Node == _used.Node && now.Url?.Text == _used.Url?.Text;
        _used = now;
        _hop = now.Hop ?? _hop;
        _fence.Stop();
        if (now.Left is { } left)
        {
            _fence.Start(left());
        }

        if (!isSame)
        {
            int turn = ++_turn;
            _settings.MayAsk = () => turn == _turn && !(_used.Left?.Invoke() <= TimeSpan.Zero);
            _settings.Relayed = now is { Kind: OwnershipKind.Peer, Url: { } url } ? RelayOf(now, url) : null;
        }
    }

    /// <summary>
    /// A box is near, and what it sends was ours to read anyway: it is known by its certificate's name where it is asked by TLS, and nothing that was
    /// learnt of the camera counts for it.
    /// </summary>
    private BackendOptions RelayOf(CameraOwnership owner, Protocol.Rtsp.RtspUrl url)
    {
        BackendOptions camera = _settings.Camera;
        return new BackendOptions
        {
            StreamName = camera.StreamName,
            Url = url,
            Authorities = owner.Authorities,
            Credentials = new CameraCredentials(null, url.Host),
            Transport = BackendTransport.Tcp,
            AsksForKeyFrames = camera.AsksForKeyFrames,
            BackChannel = camera.BackChannel is null ? null : new BackChannelRecord(),
            Hop = method => _hop?.Invoke(method) ?? string.Empty,
            Timings = camera.Timings with
            {
                Connect = TimeSpan.FromSeconds(url.Tls ? 3 : 1), // a box that others come to all at once shakes hands with each
                Teardown = TimeSpan.FromMilliseconds(100),
            },
        };
    }
}
