using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>One of a mount's back-ends, with what its sessions have learnt.</summary>
/// <param name="Backend">How it is reached.</param>
/// <param name="MayBeProbed">It is looked at by a session of its own while a worse one is in use.</param>
internal sealed record MountSource(BackendOptions Backend, bool MayBeProbed)
{
    /// <inheritdoc cref="SourceState"/>
    public SourceState State { get; init; } = new();
}
