using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What a session was made with, as all its parts need it. Nothing of it changes while the session lives, but the two times of
/// <see cref="BackendTimings"/> that can be set: they are read when they are needed.
/// </summary>
/// <param name="Options">What is known of the camera, and what the sessions of its mount have learnt.</param>
/// <param name="Sink">Who gets the media and hears of changes.</param>
/// <param name="Shard">Where the session lives; every call of its parts is made there.</param>
/// <param name="Log">Where it logs.</param>
internal sealed record BackendContext(BackendOptions Options, IBackendSink Sink, Shard Shard, ILogger Log)
{
    /// <inheritdoc cref="BackendOptions.StreamName"/>
    public string StreamName => Options.StreamName;

    /// <inheritdoc cref="BackendTimings"/>
    public BackendTimings Timings => Options.Timings;

    /// <summary>The shard's clock.</summary>
    public long NowMicros => Shard.NowMicros;
}
