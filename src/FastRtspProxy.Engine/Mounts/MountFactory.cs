using System.Net;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Makes mounts from the options; shards are filled one after the other.</summary>
internal sealed class MountFactory(ProxyOptions options, ShardGroup shards, SlabPool pool, ILoggerFactory loggerFactory) : IDisposable
{
    /// <summary>
    /// Four seconds of the largest streams (20 Mbit/s) for two dozen joiners, or a 1 MB group for 256; beyond it they wait for the next key frame.
    /// </summary>
    private const long CatchUpBytes = 256L << 20;

    private const int MountsInARow = 64;

    private readonly CatchUpBudget _catchUp = new(CatchUpBytes);
    private readonly OpenPacer _pacer = new();
    private readonly ILogger _log = loggerFactory.CreateLogger("Stream");
    private int _count;

    /// <summary>A mount that was not started yet.</summary>
    /// <exception cref="ProxyStartException">The URL is none.</exception>
    public Mount Create(StreamOptions stream)
    {
        if (!RtspUrl.TryParse(stream.Url, out RtspUrl? url, out string? error))
        {
            throw new ProxyStartException($"The URL of the stream \"{stream.Name}\" cannot be used: {error}.");
        }

        return Create(stream, url, new CameraCredentials(stream.CredentialsFor(url), url.Host), null, TargetPolicy.Given);
    }

    /// <summary>
    /// A mount for a registered stream, not started yet: interleaved where it or `-t` asks for it. The credentials of `-u` belong to the streams of
    /// the command line; a registered one whose URL has none of its own may answer digests with them, and only when whoever registered it has proved
    /// by `-U` that it may name cameras.
    /// </summary>
    public Mount Create(string name, StreamRegistration registration)
    {
        StreamOptions stream = new()
        {
            Name = name,
            Url = registration.Url.Text,
            Credentials = registration.IsAuthenticated ? options.BackendCredentials : null,
            Transport = registration.OverTcp || options.RegisteredStreamsOverTcp ? BackendTransport.Tcp : BackendTransport.Udp,
            InsecureTls = options.RegisteredStreamsInsecureTls,
        };
        RtspUrl url = registration.Url;
        CameraCredentials credentials = new(stream.CredentialsFor(url), url.Host, digestOnly: url.User is null);
        TargetPolicy targets = RegisterTargets.PolicyOf(options, registration.IsAuthenticated);
        return Create(stream, url, credentials, registration.Connection, targets);
    }

    private Mount Create(
        StreamOptions stream, RtspUrl url, CameraCredentials credentials, Func<Shard, Task<ByteStream?>>? connection, TargetPolicy targets)
    {
        StreamSettings settings = stream.Settings ?? options.CommonSettings;
        MountOptions mount = new()
        {
            Name = stream.Name,
            AlwaysOn = settings.AlwaysOn,
            Start = settings.Start,
            GopCacheDuration = settings.GopCacheDuration,
            CatchUpBudget = _catchUp,
            ClientsMax = settings.MaxClients,
            Timings = new MountTimings { Linger = settings.Linger, Hold = settings.Hold },
            Backend = new BackendOptions
            {
                StreamName = stream.Name,
                Url = url,
                Credentials = credentials,
                Transport = stream.Transport,
                TunnelPort = stream.TunnelPort,
                InsecureTls = stream.InsecureTls,
                Connection = connection,
                Targets = targets,
                Names = targets.IsRegistered ? NameLookup.RegisteredCameras : NameLookup.Cameras,
                Timings = new BackendTimings { DeadStream = settings.DeadStreamInterval, Answer = settings.AnswerTimeout },
            },
        };

        // Over budget the caches are given up first: no mount may keep so much that another finds nothing. Half of the budget is for what is in
        // flight.
        long share = pool.BudgetBytes / (2 * Math.Max(1, options.Streams.Count));
        int keepBytes = (int)Math.Min(settings.GopCacheBytes, Math.Max(share, pool.SlabBytes));
        RingOptions ring = new() { KeepBytes = keepBytes, KeepDuration = settings.GopCacheDuration };

        // A shard is filled with a few dozen mounts before the next one gets any: cameras that share a shard share its wake-ups, and receiving them
        // is cheap (a 4 Mbit/s camera is 350 packets a second); clients spread by themselves when a shard is busy (ShardGroup.Near).
        Shard shard = shards.Shards[(Interlocked.Increment(ref _count) - 1) / MountsInARow % shards.Shards.Count];
        return new Mount(mount, shard, new PacketRing(pool, ring, shards.Shards.Count), _pacer, _log);
    }

    /// <inheritdoc/>
    public void Dispose() => _pacer.Dispose();
}
