namespace FastRtspProxy.Engine.Status;

/// <summary>One track of a stream. What is not known is null.</summary>
public sealed record TrackStatus
{
    /// <summary>Its control name, <c>track1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>video, audio, application.</summary>
    public required string Media { get; init; }

    /// <summary>The encoding name of its SDP, in capitals.</summary>
    public required string Codec { get; init; }

    /// <summary>RTP clock ticks a second.</summary>
    public int ClockRate { get; init; }

    /// <summary>Of audio.</summary>
    public int? Channels { get; init; }

    /// <summary>Profile, constraints and level of H.264 in six hexadecimal digits; of H.265 as its parameter says them.</summary>
    public string? Profile { get; init; }

    /// <summary>In pixels, cropped.</summary>
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int? Height { get; init; }

    /// <summary>Pictures a second: measured while the camera plays, else what the parameter set says.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>Seconds between the last two random access points.</summary>
    public double? KeyFrameInterval { get; init; }

    /// <summary>Bits a second.</summary>
    public long Bitrate { get; init; }

    public long Packets { get; init; }

    public long Bytes { get; init; }

    /// <summary>RFC 3550 section 6.4.1, in seconds.</summary>
    public double? Jitter { get; init; }
}
