using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Somebody who watches, for those who ask from outside. It stands in the list of its shard while it is there; on that shard.</summary>
internal interface IWatcher
{
    /// <inheritdoc cref="ViewerStatus.Id"/>
    string Id { get; }

    /// <summary>What it watches.</summary>
    IMount Mount { get; }

    /// <summary>What is known of it.</summary>
    ViewerStatus Describe();

    /// <summary>An operator wants it to end.</summary>
    void Kick();
}
