using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Adds and removes streams at run time (`-R`). Any thread. Who may ask, and for what, has been checked by the front-end.</summary>
internal interface IStreamRegistry
{
    /// <summary>
    /// Makes a mount for the back-end, under the suffix or else the next <c>registeredProxyStream-N</c>, and begins to contact it. Must not wait for
    /// the back-end, nor for <see cref="StreamRegistration.Connection"/>: the sender gets its answer first.
    /// </summary>
    Task<RegisterOutcome> RegisterAsync(StreamRegistration registration);

    /// <summary>The stream that came by REGISTER with that URL; null: none, or several.</summary>
    string? NameOf(RtspUrl url);

    /// <summary>
    /// Removes a stream that came by REGISTER: the one with that name, or without a name the one with that URL, if just one has it. Streams of the
    /// command line cannot be removed.
    /// </summary>
    Task<DeregisterOutcome> DeregisterAsync(RtspUrl url, string? suffix);
}
