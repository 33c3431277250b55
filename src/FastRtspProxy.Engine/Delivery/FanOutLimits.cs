namespace FastRtspProxy.Engine.Delivery;

/// <summary>Limits of the fan-out.</summary>
internal sealed record FanOutLimits
{
    /// <summary>A TCP client whose next packet is older than this is moved forward.</summary>
    public TimeSpan LagMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// A TCP client so many bytes behind is moved forward. Null: half of what the ring keeps, so that it goes on at a random access point that is
    /// still there, and a stream of 50 Mbit/s with a large ring has its <see cref="LagMax"/> as any other has.
    /// </summary>
    public long? LagBytesMax { get; init; }

    /// <summary>
    /// How long an unfinished frame may be held back for its rest, for each viewer of the mount on the shard: about a trip through the stack, which
    /// each viewer is saved.
    /// </summary>
    public double HoldMicrosPerViewer { get; init; } = 10;

    /// <summary>
    /// The most that an unfinished frame is held back: a quarter of a frame interval at 25 frames/s. A frame whose end comes in time is not late by
    /// it; a stream without marker bits is. (With 3 ms, one frame in eight went out in two parts on a busy machine: its camera had lost its core in
    /// the middle.)
    /// </summary>
    public long HoldMicrosMax { get; init; } = 10_000;

    /// <summary>
    /// A client that waits for a random access point (a joiner, or one that lagged) gets video as it comes after so long: the stream's groups of
    /// pictures are too long to wait for.
    /// </summary>
    public TimeSpan MaxRandomAccessWait { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// Packets of a UDP catch-up that go at once, and how long it then rests: a default socket buffer (212,992 bytes, and the kernel books some 2,300
    /// for a packet of 1,400) holds about 90, so a client may be away for two parts.
    /// </summary>
    public int CatchUpPartPackets { get; init; } = 30;

    /// <inheritdoc cref="CatchUpPartPackets"/>
    public long CatchUpPauseMicros { get; init; } = 3000;

    /// <summary>
    /// How many times as fast as it came the past goes at the most: a player that decodes what it reads before it reads on decodes some 400 pictures
    /// a second.
    /// </summary>
    public int CatchUpSpeed { get; init; } = 15;

    /// <summary>
    /// But not faster than this, in bits a second with RTP's headers: a player at the end of a line of 100 Mbit/s keeps a fifth of it for what else
    /// comes. A stream that itself takes more than half of that gets twice its own rate, or it would never be caught up with.
    /// </summary>
    public long CatchUpBitsPerSecond { get; init; } = 80_000_000;

    /// <summary>
    /// Sending a past whose times are squeezed, for whoever looks at the present, shall not take longer than this for the speed's reason alone. One
    /// with its true times is for recorders, and may take its time.
    /// </summary>
    public TimeSpan CatchUpMax { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>A UDP batch that the socket has not taken for so long is dropped and counted.</summary>
    public TimeSpan UdpBacklogMax { get; init; } = TimeSpan.FromMilliseconds(500);
}
