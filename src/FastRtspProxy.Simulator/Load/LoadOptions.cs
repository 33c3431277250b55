using System.Net;

namespace FastRtspProxy.Simulator.Load;

/// <summary>What a run does.</summary>
internal sealed record LoadOptions
{
    public required IReadOnlyList<string> Urls { get; init; }

    public int Clients { get; init; } = 1;

    /// <summary>Clients take these in turn.</summary>
    public IReadOnlyList<ClientTransport> Transports { get; init; } = [ClientTransport.Udp];

    /// <summary>New clients a second; 0: all at once.</summary>
    public double RampPerSecond { get; init; } = 100;

    /// <summary>How long to go on after the last client was started.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Clients that leave and are replaced, a second.</summary>
    public double ChurnPerSecond { get; init; }

    /// <summary>0 to 1.</summary>
    public double SlowShare { get; init; }

    /// <summary>0 to 1.</summary>
    public double StoppedShare { get; init; }

    /// <summary>Of the clients that leave: so many without a TEARDOWN, 0 to 1.</summary>
    public double VanishShare { get; init; }

    public TrackChoice Tracks { get; init; } = TrackChoice.All;

    /// <summary>The tone that each client sends by the back channel; null: none does.</summary>
    public int? TalkHertz { get; init; }

    /// <summary>Compare the NAL units of each access unit with the camera's checksum.</summary>
    public bool Verify { get; init; }

    /// <summary>Let the kernel hand over joined datagrams (UDP_GRO): cheaper for the tool, unlike a player.</summary>
    public bool JoinDatagrams { get; init; }

    /// <summary>Event-loop threads; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>The clients' addresses in turn; empty: the kernel's choice, and several of 127.0.0.0/8 towards this machine.</summary>
    public IReadOnlyList<IPAddress> LocalAddresses { get; init; } = [];

    /// <summary>For a connect and for each answer, and for the first packet after PLAY.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>rtsps: do not check the certificate.</summary>
    public bool InsecureTls { get; init; }

    public string? JsonFile { get; init; }

    public string? HtmlFile { get; init; }

    /// <summary>Print lines even to a terminal.</summary>
    public bool Plain { get; init; }

    /// <summary>A process whose memory and descriptors are followed (of this machine); 0: none.</summary>
    public int WatchedProcess { get; init; }

    /// <summary>Percent of the packets that were due; null: not judged.</summary>
    public double? MaxLossPercent { get; init; }

    /// <summary>Of the frame latency; null: not judged.</summary>
    public TimeSpan? MaxP99 { get; init; }

    /// <summary>That must have played at the same time; null: not judged.</summary>
    public int? MinClients { get; init; }
}
