using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Makes mounts from the options. Any thread.</summary>
internal sealed class MountFactory(
    ProxyOptions start, ShardGroup shards, SlabPool pool, ILoggerFactory loggerFactory, EngineEvents? events = null) : IDisposable
{
    /// <summary>
    /// Four seconds of the largest streams (20 Mbit/s) for two dozen joiners, or a 1 MB group for 256; beyond it they wait for the next key frame.
    /// </summary>
    private const long CatchUpBytes = 256L << 20;

    /// <summary>Who stands at the end of the past and goes on from there is no lagging viewer yet.</summary>
    private static readonly TimeSpan s_pastMargin = TimeSpan.FromSeconds(2);

    private readonly CatchUpBudget _catchUp = new(CatchUpBytes);
    private readonly OpenPacer _pacer = new();
    private readonly ILogger _log = loggerFactory.CreateLogger("Stream");

    private readonly ICameraOwners? _owners = start.Owners;

    private volatile ProxyOptions _registered = start;

    /// <summary>Of the same; made once for all streams that have none of their own.</summary>
    private volatile StreamSettings _common = start.CommonSettings;

    /// <summary>
    /// Where the last mount was put, by its index, in the upper half; in the lower one how many were put there one after the other.
    /// </summary>
    private long _row;

    /// <summary>What goes out to the viewers of all mounts.</summary>
    public EgressBudget Egress { get; } = new(start.Egress);

    /// <summary>Those of the mounts that there are; whoever adds and removes mounts says so there.</summary>
    public GroupPool Groups { get; } = new();

    /// <summary>
    /// Streams that there are now, registered ones and those of wildcards left out: half of the memory is divided among them. Set by whoever adds and
    /// removes them.
    /// </summary>
    public int StreamCount { get; set; } = start.Streams.Count;

    /// <summary>
    /// What streams have that bring no options of their own: those that register. Replaced as a whole; whoever makes a mount has the one or the
    /// other.
    /// </summary>
    public ProxyOptions Registered
    {
        get => _registered;
        set
        {
            _registered = value;
            _common = value.CommonSettings;
        }
    }

    /// <summary>A mount that was not started yet.</summary>
    /// <param name="stream">What it serves.</param>
    /// <param name="wildcard">The wildcard stream that it is made by; null: none.</param>
    /// <param name="onIdle">Called once, on the mount's shard, when nobody has needed the mount for a while; null: it stays.</param>
    /// <exception cref="StreamException">The URL is none.</exception>
    public Mount Create(StreamOptions stream, string? wildcard = null, Action<Mount>? onIdle = null)
    {
        Mount? mount = null;
        MountOptions made = OptionsOf(stream);
        mount = Make(onIdle is null ? made : made with { OnIdle = () => onIdle(mount!) }, RingOf(stream),
            wildcard is null ? StreamOrigin.Configured : StreamOrigin.Wildcard, wildcard);
        return mount;
    }

    /// <summary>
    /// A mount for a registered stream, not started yet: interleaved where it or `-t` asks for it. The credentials of `-u` belong to the streams of
    /// the command line; a registered one whose URL has none of its own may answer digests with them, and only when whoever registered it has proved
    /// by `-U` that it may name cameras.
    /// </summary>
    public Mount Create(string name, StreamRegistration registration)
    {
        ProxyOptions common = Registered;
        StreamOptions stream = new()
        {
            Name = name,
            Url = registration.Url.Text,
            Credentials = registration.IsAuthenticated ? common.BackendCredentials : null,
            Transport = registration.OverTcp || common.RegisteredStreamsOverTcp ? BackendTransport.Tcp : BackendTransport.Udp,
            InsecureTls = common.RegisteredStreamsInsecureTls,
            Dscp = common.RegisteredStreamsDscp,
        };
        RtspUrl url = registration.Url;
        CameraCredentials credentials = new(stream.CredentialsFor(url), url.Host, digestOnly: url.User is null);
        TargetPolicy targets = RegisterTargets.PolicyOf(common.AllowPrivateRegister, registration.IsAuthenticated);
        BackendOptions backend = BackendOf(stream, url, credentials, registration.Connection, targets);
        return Make(OptionsOf(stream, [backend]), RingOf(stream), StreamOrigin.Registered);
    }

    /// <summary>Makes a mount go by other options of the same name; see <see cref="Mount.ChangeAsync"/>.</summary>
    /// <exception cref="StreamException">The URL is none; nothing was changed.</exception>
    public async Task ChangeAsync(Mount mount, StreamOptions from, StreamOptions to)
    {
        await mount.ChangeAsync(OptionsOf(to), RingOf(to), SourceMatch.Between(from, to));
        Groups.Set(to.Name, mount.Multicast);
        events?.Tell(EngineEventKind.StreamChanged, mount.Name);
    }

    /// <inheritdoc cref="OpenPacer.TakeCrowdIsOver"/>
    public bool TakeCrowdIsOver() => _pacer.TakeCrowdIsOver();

    /// <inheritdoc/>
    public void Dispose() => _pacer.Dispose();

    private MountOptions OptionsOf(StreamOptions stream) => OptionsOf(
        stream, stream.Alternatives.Count == 0 ? [BackendOf(stream)] : [.. stream.Sources.Select(source => BackendOf(stream.With(source)))]);

    private BackendOptions BackendOf(StreamOptions stream)
    {
        if (!RtspUrl.TryParse(stream.Url, out RtspUrl? url, out string? error))
        {
            throw new StreamException($"The URL of the stream \"{stream.Name}\" cannot be used: {error}.");
        }

        return BackendOf(stream, url, new CameraCredentials(stream.CredentialsFor(url), url.Host), null, TargetPolicy.Given);
    }

    private MountOptions OptionsOf(StreamOptions stream, BackendOptions[] backends)
    {
        StreamSettings settings = SettingsOf(stream);
        return new MountOptions
        {
            Name = stream.Name,
            IsReplay = stream.IsReplay,
            AlwaysOn = settings.AlwaysOn && !stream.IsReplay,
            Start = settings.Start,
            RecordersGetPast = settings.RecordersGetPast,
            GopCacheDuration = settings.GopCacheDuration,
            PastDuration = settings.PastDuration,
            Multicast = stream.IsReplay ? null : settings.Multicast,
            CatchUpBudget = _catchUp,
            Egress = Egress,
            Owners = stream.IsReplay ? null : _owners, // a session is a viewer's, wherever it is
            StopsWhenAlone = stream.StopsWhenAlone,
            ClientsMax = stream.Settings?.MaxClients ?? int.MaxValue, // the front-end has the limit of all streams, which changes
            Timings = new MountTimings { Linger = settings.Linger, Hold = settings.Hold },
            Backend = backends[0],
            MayBeProbed = stream.MayBeProbed,
            Alternatives = backends.Length == 1
                ? []
                : [.. stream.Alternatives.Zip(backends.Skip(1), static (said, made) => new MountSource(made, said.MayBeProbed))],
            AcrossSizes = stream.AcrossSizes,
        };
    }

    private BackendOptions BackendOf(
        StreamOptions stream, RtspUrl url, CameraCredentials credentials, Func<Shard, Task<ByteStream?>>? connection, TargetPolicy targets) =>
        CameraOf(stream, SettingsOf(stream), url, credentials, connection, targets);

    /// <summary>The camera of a stream; unless targets are given, of one that the user named.</summary>
    public static BackendOptions CameraOf(
        StreamOptions stream, StreamSettings settings, RtspUrl url, CameraCredentials credentials,
        Func<Shard, Task<ByteStream?>>? connection = null, TargetPolicy? targets = null) => new()
        {
            Connection = connection,
            Targets = targets ?? TargetPolicy.Given,
            Names = targets is { IsRegistered: true } ? NameLookup.RegisteredCameras : NameLookup.Cameras,
            StreamName = stream.Name,
            Url = url,
            Credentials = credentials,
            Transport = stream.Transport,
            TunnelPort = stream.TunnelPort,
            InsecureTls = stream.InsecureTls,
            TlsFingerprint = stream.TlsFingerprint,
            Dscp = stream.Dscp,
            AsksForKeyFrames = stream.AsksForKeyFrames,
            BackChannel = stream.BackChannel ? new BackChannelRecord() : null,
            Timings = new BackendTimings { DeadStream = settings.DeadStreamInterval, Answer = settings.AnswerTimeout },
        };

    /// <summary>
    /// Over budget the caches are given up first: no mount may keep so much that another finds nothing. Half of the budget is for what is in flight.
    /// </summary>
    private RingOptions RingOf(StreamOptions stream)
    {
        StreamSettings settings = SettingsOf(stream);
        long share = pool.BudgetBytes / (2 * Math.Max(1, StreamCount));
        int keepBytes = (int)Math.Min(settings.GopCacheBytes, Math.Max(share, pool.SlabBytes));
        return new RingOptions
        {
            KeepBytes = keepBytes,
            KeepDuration = settings.GopCacheDuration + (settings.PastDuration > TimeSpan.Zero ? s_pastMargin : TimeSpan.Zero),
            PastDuration = settings.PastDuration,
        };
    }

    private StreamSettings SettingsOf(StreamOptions stream) => stream.Settings ?? _common;

    private Mount Make(MountOptions mount, RingOptions ring, StreamOrigin origin, string? wildcard = null)
    {
        return new Mount(mount, Place(), new PacketRing(pool, ring, shards.Shards.Count), _pacer, _log, events)
        {
            Origin = origin,
            Wildcard = wildcard,
        };
    }

    private Shard Place()
    {
        while (true)
        {
            long row = Volatile.Read(ref _row);
            int last = (int)(row >> 32);
            int inARow = (int)row;
            Shard shard = shards.ForMount(shards.Shards[last], inARow);
            long next = ((long)shard.Index << 32) | (uint)(shard.Index == last ? inARow + 1 : 1);
            if (Interlocked.CompareExchange(ref _row, next, row) == row)
            {
                return shard;
            }
        }
    }
}
