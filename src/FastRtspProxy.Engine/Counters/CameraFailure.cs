namespace FastRtspProxy.Engine.Counters;

/// <summary>What went wrong with a camera, in few kinds.</summary>
internal enum CameraFailure
{
    Timeout,
    Refused,
    Auth,
    Dns,
    Tls,

    /// <summary>The connection, or the stream, was ended by the camera.</summary>
    Eof,

    /// <summary>Its description cannot be used, or what it says is no RTSP.</summary>
    Sdp,

    /// <summary>No way brings its media.</summary>
    Media,
    Redirect,
}
