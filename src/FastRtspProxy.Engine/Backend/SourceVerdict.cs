namespace FastRtspProxy.Engine.Backend;

/// <summary>What <see cref="SourceChoice"/> says of a packet.</summary>
internal enum SourceVerdict
{
    /// <summary>Of the stream that plays.</summary>
    GoesOn,

    /// <summary>The first of another stream, which plays from now on; <see cref="SourceChoice.Kept"/> packets before it are its own.</summary>
    Begins,

    /// <summary>It may be the first of another stream: keep it until that is known.</summary>
    Keep,

    /// <summary>Of a stream that does not play.</summary>
    Drop,
}
