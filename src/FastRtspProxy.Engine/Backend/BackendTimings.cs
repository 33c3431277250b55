namespace FastRtspProxy.Engine.Backend;

/// <summary>Every time limit of the dialogue with a camera.</summary>
internal sealed record BackendTimings
{
    /// <summary>The defaults.</summary>
    public static BackendTimings Default => new();

    /// <summary>Name look-up, TCP and TLS together. Cameras on a LAN answer in milliseconds; one lost SYN costs a second, two cost three.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The answers to DESCRIBE, SETUP and PLAY (`--answer-timeout`); may change on the shard: read for each request. Cameras that wake up for them,
    /// or are far away, were seen to take up to 30 s (Axis P1346, battery cameras).
    /// </summary>
    public TimeSpan Answer { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The answers that a session in being waits for: OPTIONS, keep-alives, PAUSE.</summary>
    public TimeSpan ShortAnswer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The answer to the SETUP of a track that the session can do without: viewers wait for their picture meanwhile.</summary>
    public TimeSpan SilentTrack { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The answer to TEARDOWN: the whole proxy has to end within a second.</summary>
    public TimeSpan Teardown { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// After PLAY over UDP without a single datagram, the next way is tried, unless something speaks for UDP (<see
    /// cref="TransportChoice.Patience"/>).
    /// </summary>
    public TimeSpan UdpSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest distance of receiver reports (RFC 3550 section 6.2: 5 s); some cameras end a session without them.</summary>
    public TimeSpan ReceiverReport { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The session time-out when the camera names none (RFC 2326 section 12.37).</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// No media at all for so long: lost. Zero: never. May change on the shard; <see cref="BackendSession.OnTimingsChanged"/> tells a session that
    /// goes on.
    /// </summary>
    public TimeSpan DeadStream { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A missing UDP packet is waited for so long, no longer: it delays everything behind it.</summary>
    public TimeSpan Reorder { get; init; } = TimeSpan.FromMilliseconds(40);
}
