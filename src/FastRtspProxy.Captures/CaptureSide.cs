namespace FastRtspProxy.Captures;

/// <summary>Who a record comes from; the sign in the file stands beside each.</summary>
internal enum CaptureSide
{
    /// <summary><c>!</c>: nobody sent it.</summary>
    None,

    /// <summary><c>&lt;</c>: from the camera.</summary>
    Camera,

    /// <summary><c>&gt;</c>: to the camera.</summary>
    Client,
}
