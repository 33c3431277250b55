using System.Collections.Immutable;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// One path of the front-end: what it describes, its ring, and the coming and going of its clients. Calls of one shard take effect in their order,
/// the mount's own shard included, whether or not they are waited for: a client that leaves and joins has joined, and one that joins and leaves is
/// gone.
/// </summary>
internal interface IMount
{
    /// <summary>The path, without a leading slash.</summary>
    string Name { get; }

    /// <summary>The shard that produces into the ring.</summary>
    Shard Shard { get; }

    /// <summary>The packets.</summary>
    PacketRing Ring { get; }

    /// <summary>What is counted of it.</summary>
    StreamCounters Counters { get; }

    /// <summary>What its camera sends, in bits a second, as it was measured last; 0: it was not. Any thread.</summary>
    long BitsPerSecond { get; }

    /// <summary>The <see cref="MountDescription.Shape"/> of what is offered now; 0: nothing was yet, or it never changes. Any thread.</summary>
    int Shape => 0;

    /// <summary>What the mount offers; waits for a camera that is not up yet, and gives null when it does not come up in time. Any thread.</summary>
    Task<MountDescription?> DescribeAsync(TimeSpan limit);

    /// <summary>A client has SETUP a track: the back-end may begin its own SETUPs. Any thread.</summary>
    void Prepare();

    /// <summary>PLAY: makes the back-end play if it does not, and counts the client. Any thread.</summary>
    Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish);

    /// <summary>Where each track stands for those that play already; empty while the back-end does not play. Any thread.</summary>
    Task<ImmutableArray<TrackStart>> LiveEdgeAsync();

    /// <summary>A client wants a picture that stands alone: the camera is asked for one, if it can be and was not a moment ago. Any thread.</summary>
    void AskForKeyFrame();

    /// <summary>Where its viewers talk to the camera; null: they cannot. Any thread.</summary>
    ITalkDesk? Talk => null;

    /// <summary>
    /// Where each of its viewers gets a session of its own with the recorder that the mount stands for; null: all watch one camera. Never changes.
    /// Any thread.
    /// </summary>
    IReplayDesk? Replay => null;

    /// <summary>The client no longer plays (PAUSE, TEARDOWN, closed). Idempotent. Any thread.</summary>
    void Leave(MountClient client);
}
