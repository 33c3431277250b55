using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine;

/// <summary>
/// Reads a camera for a while in a session of its own, exactly as a mount would, and has everything heard: what the proxy says to the camera is half
/// of a report about it. A session that is lost is followed by the next one, which may choose another way.
/// </summary>
internal sealed class CameraCapture(BackendOptions camera, Shard shard, ILogger log)
{
    /// <summary>Between two sessions; a mount that is watched waits no longer at first.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>So often it is looked whether the camera may still be asked, where that has an end.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>The camera's URL.</summary>
    public RtspUrl Url => camera.Url;

    /// <summary>What the camera is shown; null: nothing.</summary>
    public Credentials? LogIn => camera.Credentials.Given;

    /// <summary>The shard's clock, which the moments of everything that is heard are taken from.</summary>
    public long NowMicros => shard.NowMicros;

    /// <summary>A stream's camera, where no engine runs.</summary>
    /// <exception cref="StreamException">The URL cannot be used.</exception>
    public static CameraCapture Of(StreamOptions stream, Shard shard, ILogger log)
    {
        if (!RtspUrl.TryParse(stream.Url, out RtspUrl? url, out string? error))
        {
            throw new StreamException($"The URL of the stream \"{stream.Name}\" cannot be used: {error}.");
        }

        StreamSettings settings = stream.Settings ?? new ProxyOptions().CommonSettings;
        CameraCredentials credentials = new(stream.CredentialsFor(url), url.Host);
        return new CameraCapture(MountFactory.CameraOf(stream, settings, url, credentials), shard, log);
    }

    /// <summary>Reads the camera. Any thread.</summary>
    /// <param name="tap">Hears all of it, on the shard.</param>
    /// <param name="duration">From now on.</param>
    /// <param name="cancel">Ends it at once, with the TEARDOWN that the camera is owed.</param>
    /// <returns>The failure that the last session ended with; null: it was read to the end.</returns>
    public Task<string?> RunAsync(ICameraTap tap, TimeSpan duration, CancellationToken cancel) =>
        shard.RunAsync(() => RunOnShardAsync(camera.Beside(tap), duration, cancel));

    private async Task<string?> RunOnShardAsync(BackendOptions options, TimeSpan duration, CancellationToken cancel)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long endMicros = shard.NowMicros + (long)duration.TotalMicroseconds;
        BackendFailure? failure = null;
        do
        {
            // Where the last session was sent, for one session, as a mount has it.
            BackendOptions next = failure?.RedirectTo is { } elsewhere
                ? options with { Url = elsewhere, RedirectedBy = failure.RedirectedBy }
                : options;
            failure = await RunSessionAsync(next, endMicros, over.Token);
        }
        while (failure is not null && await WaitAsync(Math.Min((long)s_pause.TotalMicroseconds, endMicros - shard.NowMicros), over.Token)
            && shard.NowMicros < endMicros);
        return failure?.Message;
    }

    private async Task<BackendFailure?> RunSessionAsync(BackendOptions options, long endMicros, CancellationToken over)
    {
        Sink sink = new();
        BackendSession session = new(options, sink, shard, log);
        sink.Session = session;
        Task<bool> end = WaitAsync(endMicros - shard.NowMicros, over);
        Task<BackendFailure?> begun = BeginAsync(session);
        _ = await Task.WhenAny(begun, end);
        if (begun.IsCompleted && await begun is null)
        {
            _ = await Task.WhenAny(sink.Lost.Task, end);
        }

        BackendFailure? failure = session.Failure;
        await session.CloseAsync();
        return failure;
    }

    private static async Task<BackendFailure?> BeginAsync(BackendSession session) =>
        await session.OpenAsync() ?? await session.SetUpAsync() ?? await session.PlayAsync();

    /// <summary>False: it was cancelled, or the camera is another box's by now, which is looked at often enough for its fence.</summary>
    private async Task<bool> WaitAsync(long micros, CancellationToken cancel)
    {
        long endMicros = shard.NowMicros + micros;
        do
        {
            TimeSpan left = TimeSpan.FromMicroseconds(Math.Max(endMicros - shard.NowMicros, 1));
            if (!await shard.DelayAsync(camera.MayAsk is null || left < s_look ? left : s_look, cancel) || camera.MayAsk?.Invoke() == false)
            {
                return false;
            }
        }
        while (shard.NowMicros < endMicros);

        return true;
    }

    /// <summary>Wants to know one thing: whether the session has ended.</summary>
    private sealed class Sink : IBackendSink
    {
        public BackendSession? Session { get; set; }

        public TaskCompletionSource Lost { get; } = new();

        public void OnRtp(int track, uint source, in RtpPacketView view, ReadOnlySpan<byte> packet, long arrivalMicros)
        {
        }

        public void OnSenderReport(int track, uint source, ulong ntp, uint rtpTimestamp, long arrivalMicros)
        {
        }

        public void OnCanonicalName(int track, ReadOnlySpan<byte> name)
        {
        }

        public void OnGap(int track)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnMoved(BackendState to)
        {
        }

        public void OnSessionChanged()
        {
            if (Session?.Failure is not null)
            {
                Lost.TrySetResult();
            }
        }
    }
}
