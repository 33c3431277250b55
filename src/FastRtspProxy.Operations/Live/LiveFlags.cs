namespace FastRtspProxy.Operations.Live;

/// <summary>The first byte of a binary message.</summary>
[Flags]
internal enum LiveFlags : byte
{
    None = 0,

    /// <summary>A decoder can start at it.</summary>
    Key = 1,

    /// <summary>Sound, not a picture.</summary>
    Audio = 2,

    /// <summary>Pictures before it are missing.</summary>
    AfterGap = 4,
}
