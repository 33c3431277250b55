using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>One viewer's session with the recorder. On the viewer's shard; never throws.</summary>
internal interface IReplayLeg
{
    /// <summary>What the recorder offers, as viewers are told of it.</summary>
    MountDescription Description { get; }

    /// <summary>What the viewer may have of it by the limits of egress, in bits a second; 0: as much as there is.</summary>
    long BitsPerSecondMax { get; }

    /// <summary>It would take more than that, and the recorder waits for it.</summary>
    void NotePaced();

    /// <summary>SETUP of a track.</summary>
    Task<ReplayAnswer> SetUpAsync(int track, RtspHeader[] asked);

    /// <summary>
    /// Any other request. With the answer, what came before it was given to the viewer's <see cref="IReplayOutput"/>, and nothing that comes after
    /// it is before <see cref="Release"/>.
    /// </summary>
    Task<ReplayAnswer> AskAsync(string method, int? track, RtspHeader[] asked, ReadOnlyMemory<byte> body);

    /// <summary>The recorder's name of a track is this URL; below 0: none's is.</summary>
    int TrackAt(string url);

    /// <summary>RTCP of the viewer for a track, as it came.</summary>
    void SendRtcp(int track, ReadOnlySpan<byte> compound);

    /// <summary>The viewer cannot take more now: the recorder waits.</summary>
    void Hold();

    /// <summary>It can again.</summary>
    void Release();

    /// <summary>Ends it, with a TEARDOWN; done when the recorder has answered, or had its time. May be called again.</summary>
    Task CloseAsync();
}
