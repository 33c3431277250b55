namespace FastRtspProxy.Engine.Relay;

/// <summary>A shard with readers of a ring.</summary>
internal interface IRingListener
{
    /// <summary>There is something new. Called on the producer's thread, once a batch; must only post.</summary>
    void OnPublished();
}
