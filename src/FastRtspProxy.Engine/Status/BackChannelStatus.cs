using System.Net;

namespace FastRtspProxy.Engine.Status;

/// <summary>A stream's back channel at a moment.</summary>
public sealed record BackChannelStatus
{
    /// <summary>The camera has one, as far as is known, and viewers that ask for it and may talk are offered it.</summary>
    public bool IsOffered { get; init; }

    /// <summary>The viewer that talks, by its id; null: nobody does.</summary>
    public string? Talker { get; init; }

    /// <summary>Of that one.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Who logged in; null: nobody.</summary>
    public string? User { get; init; }

    /// <summary>Since when it talks.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Packets that went to the camera since the stream was made.</summary>
    public long SentPackets { get; init; }

    /// <summary>Packets that did not: of a second talker, too many, of no use, or while the camera was not there.</summary>
    public long DroppedPackets { get; init; }
}
