namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where the talkers of a mount send to its camera: one at a time. Any thread, but for what names a shard.</summary>
internal interface ITalkDesk
{
    /// <summary>
    /// Somebody may talk by that back channel of the camera, from 0: the first who does so says which one the camera's next session sets up.
    /// </summary>
    void Prefer(int section);

    /// <summary>
    /// One packet of a talker; the bytes are copied. The first takes the place, which is free again after three seconds of silence; packets of all
    /// others are dropped and counted. On the talker's shard.
    /// </summary>
    void Send(Talker talker, ReadOnlySpan<byte> packet);

    /// <summary>A packet of a talker was dropped before it came here. On the talker's shard.</summary>
    void CountDropped(Talker talker);

    /// <summary>The talker sends no more; if the place was its own, it is free.</summary>
    void Leave(Talker talker);
}
