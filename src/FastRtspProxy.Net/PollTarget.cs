namespace FastRtspProxy.Net;

/// <summary>Somebody whose descriptors a shard watches.</summary>
internal abstract class PollTarget
{
    /// <summary>Where the shard keeps this target; 0 while it is not watched.</summary>
    internal ulong PollToken;

    /// <summary>The descriptor is ready. Level-triggered: what is left comes again.</summary>
    protected internal abstract void OnReady(Linux.EpollEvents events);
}
