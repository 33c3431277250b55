namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What the owner of a stream does when it is cut off from the others.</summary>
internal enum WhenAlone
{
    /// <summary>It stops in time: before another box can begin, so that the camera never has two sessions.</summary>
    Stop,

    /// <summary>It goes on until it hears of another owner: the camera may have two sessions for a while.</summary>
    Keep,
}
