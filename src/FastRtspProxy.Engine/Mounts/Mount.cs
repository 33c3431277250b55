using System.Net;
using System.Security.Cryptography;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// One path of the front-end and its camera: opens the camera, pulls it while somebody watches, holds the clients while it is lost. All of it lives on one
/// shard; the members of <see cref="IMount"/> may be called from any thread.
/// </summary>
internal sealed partial class Mount : IMount, IBackendSink
{
    private readonly MountOptions _options;
    private readonly OpenPacer _pacer;
    private readonly ILogger _log;
    private readonly MountIngest _ingest;
    private readonly ShardSignal _signal;
    private readonly ShardWaiters _describeWaiters;
    private readonly RetrySchedule _retries = new(Random.Shared);
    private readonly ulong _sdpSessionId = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
    private BackendSession? _session;
    private readonly OutageNews _outage = new();
    private BackendFailure? _lastFailure;
    private RtspUrl? _redirect;
    private IPAddress? _redirectedBy;
    private Task _life = Task.CompletedTask;

    /// <summary>Begun by the stop; see <see cref="CloseGivenAsync"/>.</summary>
    private Task _givenClosed = Task.CompletedTask;
    private bool _stopping;

    public Mount(MountOptions options, Shard shard, PacketRing ring, OpenPacer pacer, ILogger log)
    {
        _options = options;
        Shard = shard;
        Ring = ring;
        _pacer = pacer;
        _log = log;
        _ingest = new MountIngest(shard, ring);
        _signal = new ShardSignal(shard);
        _describeWaiters = new ShardWaiters(shard);
        _holdTimer = shard.CreateTimer(OnHoldExpired);
        _reportTimer = shard.CreateTimer(OnReportDue);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public Shard Shard { get; }

    /// <inheritdoc/>
    public PacketRing Ring { get; }

    /// <summary>Where the mount stands. On the shard.</summary>
    public MountState State { get; private set; }

    /// <summary>Clients that play. On the shard.</summary>
    public int ClientCount => _clients.Count;

    /// <summary>True where the camera is known to take PAUSE. On the shard.</summary>
    public bool CanPause => _session is { CanPause: true };

    /// <summary>The URL as it may be shown.</summary>
    public string ShownUrl => _options.Backend.Url.Redacted;

    /// <summary>Begins to look for the camera. Any thread, once.</summary>
    public void Start() => Shard.Post(() => _life = LifeAsync());

    /// <summary>Ends the clients, lets the camera go, and stops; within a second. Any thread.</summary>
    /// <summary>Over when nothing of it goes on any more, an attempt to reach the camera included; that may take as long as a connect does. Never faulted.</summary>
    public Task Ended => Task.WhenAll(_life, _givenClosed);

    public Task StopAsync(MountEnd cause) => Shard.RunAsync(() => StopOnShardAsync(cause));

    private async Task StopOnShardAsync(MountEnd cause)
    {
        _stopping = true;
        EndClients(cause);
        _describeWaiters.Release();
        WakeJoining();
        _queued?.Cancel();
        _signal.Set();
        _givenClosed = CloseGivenAsync();
        Task closing = _session?.CloseAsync() ?? Task.CompletedTask;

        // A connection attempt cannot be called back; it ends by itself and finds the mount stopped.
        await Task.WhenAny(Task.WhenAll(closing, _life), Shard.DelayAsync(TimeSpan.FromMilliseconds(900)));
        _holdTimer.Stop();
        _reportTimer.Stop();
        Ring.Dispose();
        Move(MountState.Stopped);
    }

    /// <summary>The connection that came with the REGISTER, where no session was made that would take it.</summary>
    private async Task CloseGivenAsync()
    {
        if (_hadSession || _options.Backend.Connection is not { } given)
        {
            return;
        }

        _hadSession = true;
        try
        {
            (await given(Shard))?.Close();
        }
        catch (Exception e)
        {
            MountLog.Failed(_log, Name, ShownUrl, e);
        }
    }

    /// <inheritdoc/>
    void IBackendSink.OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
    {
        if (_outage.AwaitsMedia || _holdTimer.IsRunning)
        {
            OnMediaBack();
        }

        _ingest.OnRtp(track, source, view, packet, arrivalMicros);
    }

    /// <inheritdoc/>
    void IBackendSink.OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros) =>
        _ingest.OnSenderReport(track, source, ntp, rtpTimestamp, arrivalMicros);

    /// <inheritdoc/>
    void IBackendSink.OnCanonicalName(int track, ReadOnlySpan<byte> name) => _ingest.OnCanonicalName(track, name);

    /// <inheritdoc/>
    void IBackendSink.OnBatchEnd() => _ingest.Publish();

    /// <inheritdoc/>
    void IBackendSink.OnSessionChanged() => _signal.Set();

    private void Move(MountState to)
    {
        if (State == to)
        {
            return;
        }

        if (!MountStates.CanMove(State, to))
        {
            throw new InvalidOperationException($"A mount cannot go from {State} to {to}.");
        }

        MountLog.Moved(_log, Name, State, to, _clients.Count);
        State = to;
    }
}
