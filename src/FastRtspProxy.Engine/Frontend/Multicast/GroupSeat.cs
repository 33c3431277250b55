namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a session was told of its stream's group.</summary>
/// <param name="Sender">Who sends to it.</param>
/// <param name="Address">Where.</param>
internal sealed record GroupSeat(GroupSender Sender, GroupAddress Address);
