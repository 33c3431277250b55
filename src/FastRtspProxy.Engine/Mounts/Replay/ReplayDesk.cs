using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The sessions of a replay stream's viewers with its recorder: one each, on the viewer's shard, as many as the stream may have viewers. Who has one
/// is counted here as a client of the mount, and the newest word of the recorder is noted. Its ring and its camera's loop are never used. State: on
/// the mount's shard.
/// </summary>
internal sealed class ReplayDesk(
    Shard shard, MountSettings settings, MountStatus status, MountClients clients, MountPlaces places, ReplayEgress egress, CameraRecord record,
    ILogger log)
    : IReplayDesk
{
    /// <summary>A stop waits no longer for the recorder's answers: the whole proxy has to end within a second.</summary>
    private static readonly TimeSpan s_stopMax = TimeSpan.FromMilliseconds(900);

    /// <summary>What is wrong with a recorder is said so often at the most.</summary>
    private const long SaidIntervalMicros = 60_000_000;

    private readonly ShardSignal _closed = new(shard);

    /// <summary>When it was said last; below 0: never.</summary>
    private long _saidMicros = -1;

    /// <summary>When it was said last that a viewer is paced; below 0: never.</summary>
    private long _saidPacedMicros = -1;

    private long _sessions;

    /// <summary>Sessions with the recorder that there are, those that are being opened and closed included. Any thread.</summary>
    public long Sessions => Volatile.Read(ref _sessions);

    /// <inheritdoc cref="IReplayLeg.BitsPerSecondMax"/>
    public long BitsPerSecondMax => egress.MostOfOne;

    /// <summary>Nothing is known against the recorder: it is not asked before somebody wants it.</summary>
    public void Start()
    {
        status.Move(Status.StreamState.Opening, clients.Count);
        status.Move(Status.StreamState.Ready, clients.Count);
        record.OnUp();
    }

    /// <inheritdoc/>
    public async Task<ReplayOpening> OpenAsync(MountClient viewer, IReplayOutput output, RtspHeader[] asked)
    {
        (BackendOptions? recorder, int refusal) = await shard.RunAsync(() => Task.FromResult(Admit(viewer)));
        if (recorder is null)
        {
            return new ReplayOpening(null, new ReplayAnswer(refusal));
        }

        ReplayLink link = new(this, viewer, output, recorder, log);
        ReplayAnswer answer = await link.OpenAsync(asked);
        if (answer.IsOk)
        {
            return new ReplayOpening(link, answer);
        }

        await link.CloseAsync();
        return new ReplayOpening(null, answer);
    }

    /// <summary>The viewer's session has ended, or was not to be had. Any thread.</summary>
    public void Leave(MountClient viewer) => shard.Run(() =>
    {
        Volatile.Write(ref _sessions, _sessions - 1);
        clients.Remove(viewer);
        if (_sessions == 0)
        {
            egress.End();
        }

        _closed.Set();
    });

    /// <summary>A viewer would take more than <see cref="BitsPerSecondMax"/>. Any thread.</summary>
    public void NotePaced() => shard.Run(() =>
    {
        if (_saidPacedMicros < 0 || shard.NowMicros - _saidPacedMicros >= SaidIntervalMicros)
        {
            _saidPacedMicros = shard.NowMicros;
            MountLog.ReplayPaced(log, settings.Name, BitsPerSecondMax / 1e6);
        }
    });

    /// <summary>What the recorder did when it was asked for its description. Any thread.</summary>
    /// <param name="failure">Why it is of no use; null: it answered, whatever it said.</param>
    public void Note(BackendFailure? failure) => shard.Run(() =>
    {
        if (status.IsStopping)
        {
            return;
        }

        if (failure is null)
        {
            record.OnUp();
            return;
        }

        record.OnLost(failure, wasDescribed: false);
        record.OnDown(failure);
        if (_saidMicros < 0 || shard.NowMicros - _saidMicros >= SaidIntervalMicros)
        {
            _saidMicros = shard.NowMicros;
            MountLog.RecorderFails(log, settings.Name, settings.Backend.Url.Redacted, failure.Message);
        }
    });

    /// <summary>
    /// The recorder is another one, or reached in another way, or an operator wants all to begin anew: who has a session goes. On the mount's shard.
    /// </summary>
    public void EndAll() => clients.End(MountEnd.DescriptionChanged);

    /// <summary>Waits until the recorder has been told that all is over, within a second.</summary>
    public async Task StopAsync()
    {
        long due = shard.NowMicros + (long)s_stopMax.TotalMicroseconds;
        while (_sessions > 0 && shard.NowMicros < due)
        {
            await _closed.WaitAsync(TimeSpan.FromMicroseconds(due - shard.NowMicros));
        }

        egress.End();
    }

    private (BackendOptions? Recorder, int Refusal) Admit(MountClient viewer)
    {
        if (status.IsStopping)
        {
            return (null, RtspStatus.NotFound);
        }

        if (!(places.Admit(clients.Count + 1) && egress.Admits(clients.Count + 1)))
        {
            return (null, RtspStatus.NotEnoughBandwidth);
        }

        clients.Admit(viewer);
        if (_sessions == 0)
        {
            egress.Begin();
        }

        Volatile.Write(ref _sessions, _sessions + 1);
        return (settings.Backend.Beside(null) with { Profiles = settings.Backend.Profiles }, RtspStatus.Ok);
    }
}
