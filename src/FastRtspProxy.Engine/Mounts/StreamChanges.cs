namespace FastRtspProxy.Engine.Mounts;

/// <summary>Decides what a change of a stream's options takes. Pure.</summary>
internal static class StreamChanges
{
    /// <summary>From one to the other, of the same name.</summary>
    public static StreamChange Between(StreamOptions from, StreamOptions to)
    {
        if (from == to)
        {
            return StreamChange.None;
        }

        bool isSameCamera = from.Url == to.Url && from.Credentials == to.Credentials
            && from.InsecureTls == to.InsecureTls && from.TlsFingerprint == to.TlsFingerprint
            && from.Transport == to.Transport && from.TunnelPort == to.TunnelPort && from.Dscp == to.Dscp
            && from.AsksForKeyFrames == to.AsksForKeyFrames;
        return isSameCamera ? StreamChange.Settings : StreamChange.Camera;
    }
}
