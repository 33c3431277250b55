using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How a stream is sent to a multicast group.</summary>
internal sealed record MulticastConfig
{
    /// <summary>A network, of which each stream without a group of its own gets one; null: none.</summary>
    public IPNetwork? Groups { get; init; }

    /// <summary>The stream's own; null: one of the network.</summary>
    public IPAddress? Group { get; init; }

    /// <summary>RTP of the first track; null: as it comes.</summary>
    public int? Port { get; init; }

    public int Ttl { get; init; } = 1;

    /// <summary>By name, or by an address of it; null: as the routes say.</summary>
    public string? Interface { get; init; }

    /// <summary>Also a stream that is not for everybody.</summary>
    public bool Open { get; init; }

    /// <summary>There is a group for the stream.</summary>
    public bool IsOn => Group is not null || Groups is not null;
}
