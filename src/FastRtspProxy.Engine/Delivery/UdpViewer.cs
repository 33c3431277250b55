using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>A playing UDP client as the fan-out sees it. On the session's shard only.</summary>
internal sealed class UdpViewer : Viewer
{
    private readonly UdpTrack[] _tracks;

    /// <summary>A viewer of so many tracks of the mount, none of them set up yet.</summary>
    public UdpViewer(int trackCount)
    {
        _tracks = new UdpTrack[trackCount];
        Array.Fill(_tracks, new UdpTrack { Slot = -1 });
    }

    /// <summary>RTP packets handed to the kernel for this client.</summary>
    public long SentPackets { get; internal set; }

    /// <summary>Their bytes.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>
    /// True once a message of several segments was refused for its destination, or when a track goes without RTP's headers: it gets plain datagrams.
    /// </summary>
    public bool IsPlain { get; internal set; }

    /// <summary>
    /// Nothing is sent to it until then, because there is no way to it at present: each try would cost a system call, and cut the batch of the others
    /// short. 0: it does not rest. While it is set and the viewer is in step, it stands among those that get plain datagrams.
    /// </summary>
    internal long RestsUntilMicros { get; set; }

    /// <summary>A track of it goes without RTP's headers, which segments cannot do.</summary>
    internal bool HasRaw { get; private set; }

    /// <summary>
    /// The track in the middle of whose runs it was set aside from those that get segments, and the sequence before which it has had them, or lost
    /// them. They are not sent again with the plain packets. Sequences only grow, so it need not be taken back.
    /// </summary>
    internal (int Track, long BeforeSequence) HasHad { get; set; } = (-1, 0);

    /// <summary>Where a track goes. Before the viewer is added, or between <see cref="FanOut.Remove(UdpViewer)"/> and adding it again.</summary>
    public void SetTrack(
        int track, PeerAddress rtp, PeerAddress rtcp, long rtcpClosedUntilMicros = 0, PeerAddress source = default, bool isRaw = false)
    {
        _tracks[track] = new UdpTrack
        {
            Rtp = rtp,
            Rtcp = rtcp,
            Source = source,
            RtcpClosedUntilMicros = rtcpClosedUntilMicros,
            IsRaw = isRaw,
            Slot = -1,
        };
        IsPlain |= isRaw;
        HasRaw |= isRaw;
    }

    /// <summary>The mount's tracks, by index; one that is not set up has an empty address.</summary>
    internal Span<UdpTrack> Tracks => _tracks;

    /// <summary>When the next part of its catch-up may go.</summary>
    internal long NextPartMicros { get; set; }

    /// <summary>It rests because the socket, or its device, has no room.</summary>
    internal bool IsSocketFull { get; set; }

    /// <summary>Packets of such a part.</summary>
    internal int PartPackets { get; set; }

    /// <summary>Packets of a part of the first picture.</summary>
    internal int FastPartPackets { get; set; }

    /// <summary>Packets that go in larger parts: the rest of the first picture.</summary>
    internal int FastPackets { get; set; }

    /// <summary>
    /// What lies before it goes in parts: its past, then what has come while that was sent, then what came meanwhile, until nothing is left. 0:
    /// nothing does.
    /// </summary>
    internal long PacedBefore { get; set; }

    /// <summary>When the first part of that went; without meaning while there is none.</summary>
    internal long PacedSinceMicros { get; set; }

    internal override bool Has(int track) => track < _tracks.Length && !_tracks[track].Rtp.IsEmpty;

    /// <summary>It has had every packet before its shard's front, and gets the next ones with all that have.</summary>
    internal bool IsInStep { get; set; }

    /// <summary>What had been sent of its tracks to those in step when it came into step: what was sent since is its own.</summary>
    internal long AddedAtPackets { get; set; }

    /// <inheritdoc cref="AddedAtPackets"/>
    internal long AddedAtBytes { get; set; }

    /// <summary>What those in step had been left without of its tracks when it came into step: what they lacked since, it lacks.</summary>
    internal long AddedAtDropped { get; set; }
}
