namespace FastRtspProxy.Engine.Backend;

/// <summary>What follows from a failure of a way, as <see cref="TransportChoice"/> decides it.</summary>
internal enum WayStep
{
    /// <summary>The way stays: the failure says nothing about it.</summary>
    Stay,

    /// <summary><see cref="TransportChoice.Current"/> is another way, to be tried at once.</summary>
    TryNext,

    /// <summary>Every way was tried and none brought media: the attempt has failed, and the next round begins after a wait.</summary>
    RoundOver,
}
