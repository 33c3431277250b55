namespace FastRtspProxy.Net;

/// <summary>
/// Somebody who sends on a <see cref="ControlStream"/>'s descriptor by system calls of his own, many streams in a loop, without touching the stream.
/// He is told before the descriptor must not be used for that any more. One a stream; on the shard.
/// </summary>
internal interface IStreamRider
{
    /// <summary>When his sends last went through whole.</summary>
    long LastProgressMicros { get; }

    /// <summary>Something is parked in the stream: nothing may be sent before it.</summary>
    void OnParked();

    /// <summary>The descriptor is about to be closed.</summary>
    void OnClosing();
}
