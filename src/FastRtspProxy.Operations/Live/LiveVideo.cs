namespace FastRtspProxy.Operations.Live;

/// <summary>The pictures of a stream, for a browser.</summary>
/// <param name="Name">The encoding name of the description.</param>
internal sealed record LiveVideo(string Name)
{
    /// <summary>As browsers name it; null: no page can show it, or its parameter sets are not known yet.</summary>
    public string? Codec { get; init; }

    /// <summary>In pixels; null: not known yet. The height likewise.</summary>
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int? Height { get; init; }

    /// <summary>Pictures come in another order than they are shown (B-frames): the parameter sets say so, or the slices where they do not.</summary>
    public bool Reordered { get; init; }
}
