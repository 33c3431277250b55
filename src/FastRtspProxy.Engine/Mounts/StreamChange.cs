namespace FastRtspProxy.Engine.Mounts;

/// <summary>What it takes to make a stream another one of the same name.</summary>
internal enum StreamChange
{
    /// <summary>They are the same.</summary>
    None,

    /// <summary>It is served or pulled by other limits: nothing is interrupted.</summary>
    Settings,

    /// <summary>
    /// Some of its sources are others, or stand elsewhere: nothing is interrupted where the one in use is among those that stay, else as for
    /// <see cref="Camera"/>.
    /// </summary>
    Sources,

    /// <summary>Another camera, or another way to it: the camera's session is made anew, and the viewers are held meanwhile.</summary>
    Camera,

    /// <summary>A recorder's, or no longer: nothing of the one can go on in the other, and the viewers go.</summary>
    Stream,
}
