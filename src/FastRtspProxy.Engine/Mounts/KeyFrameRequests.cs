using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Asks the camera for key frames when somebody would wait long for one: one a second at most, whoever asks. On the mount's shard.
/// </summary>
/// <param name="shard">The mount's.</param>
/// <param name="ring">Knows how far its key frames are apart.</param>
/// <param name="settings">The mount's.</param>
/// <param name="log">The mount's.</param>
internal sealed class KeyFrameRequests(Shard shard, PacketRing ring, MountSettings settings, ILogger log)
{
    /// <summary>An encoder that makes key frames more often than that has no bits left for the pictures between them.</summary>
    private const long DistanceMicros = 1_000_000;

    /// <summary>Groups of pictures longer than that are worth a request for whoever joins.</summary>
    private const long LongGroupMicros = 4_000_000;

    private long _askedMicros = long.MinValue / 2;

    /// <summary>The distance of the camera's key frames when it was last one that we had not made short.</summary>
    private long _groupMicros;

    /// <summary>Asks the camera; false: it cannot be asked. Null before there is one.</summary>
    public Func<bool>? Ask { get; set; }

    private long AgeMicros => shard.NowMicros - ring.RandomAccessMicros;

    /// <summary>How far the camera's own key frames are apart.</summary>
    private long GroupMicros
    {
        get
        {
            long behindRequest = ring.RandomAccessMicros - _askedMicros;
            bool isOurs = behindRequest is >= 0 and <= DistanceMicros;
            _groupMicros = isOurs ? _groupMicros : ring.RandomAccessIntervalMicros;
            return _groupMicros;
        }
    }

    /// <summary>A viewer asks for one.</summary>
    public void OnViewerAsks() => Try("a viewer asks for it");

    /// <summary>Somebody waits for a picture, or has begun without one.</summary>
    public void OnWaits()
    {
        if (GroupMicros > LongGroupMicros || AgeMicros > LongGroupMicros)
        {
            Try("a viewer has come into a long group of pictures");
        }
    }

    /// <summary>Packets of the camera's are lost, and the pictures are damaged until the next key frame.</summary>
    public void OnLoss()
    {
        if (GroupMicros - AgeMicros > DistanceMicros)
        {
            Try("packets were lost");
        }
    }

    private void Try(string cause)
    {
        _ = GroupMicros; // before what is asked for makes it short
        if (Ask is { } ask && shard.NowMicros - _askedMicros >= DistanceMicros && ask())
        {
            _askedMicros = shard.NowMicros;
            MountLog.AsksForKeyFrame(log, settings.Name, cause);
        }
    }
}
