namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>A client's RTSP connection with a camera, in the clear or through HTTP.</summary>
/// <param name="Index">From 0, in the order of the first bytes.</param>
/// <param name="Client">Its address.</param>
/// <param name="Camera">Its address.</param>
/// <param name="CameraPort">TCP.</param>
internal sealed record PacketSession(int Index, UInt128 Client, UInt128 Camera, int CameraPort)
{
    /// <summary>Of its first request that has one; null: none was seen.</summary>
    public string? Uri { get; set; }

    public int Requests { get; set; }

    /// <summary>Through HTTP.</summary>
    public bool IsTunnelled { get; init; }
}
