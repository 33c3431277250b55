namespace FastRtspProxy.Engine.Counters;

/// <summary>Why we left packets out of what a viewer gets.</summary>
internal enum DropCause
{
    /// <summary>It took nothing for so long that the ring went on without it, or its shard came too late.</summary>
    SlowClient,

    /// <summary>The socket, the device or the route took nothing.</summary>
    Socket,

    /// <summary>Pictures up to the next that a decoder can begin with, behind one of the others.</summary>
    NotKeyFrame,
}
