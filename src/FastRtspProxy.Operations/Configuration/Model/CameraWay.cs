namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How the media comes from the camera.</summary>
internal enum CameraWay
{
    /// <summary>What brings media: multicast where it is described, UDP, TCP, and round again.</summary>
    Auto,

    /// <summary>In the RTSP connection.</summary>
    Tcp,

    /// <summary>In an HTTP tunnel.</summary>
    Http,
}
