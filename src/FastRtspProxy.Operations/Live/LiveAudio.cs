namespace FastRtspProxy.Operations.Live;

/// <summary>The sound of a stream, for a browser.</summary>
/// <param name="Name">The encoding name of the description.</param>
internal sealed record LiveAudio(string Name)
{
    /// <summary>As WebCodecs name it; null: no page can play it.</summary>
    public string? Codec { get; init; }

    /// <summary>In hertz.</summary>
    public int? SampleRate { get; init; }

    public int? Channels { get; init; }

    /// <summary>The AudioSpecificConfig of AAC, in hexadecimal.</summary>
    public string? Config { get; init; }
}
