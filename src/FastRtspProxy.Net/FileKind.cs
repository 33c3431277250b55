namespace FastRtspProxy.Net;

/// <summary>What a name in the file system stands for.</summary>
internal enum FileKind
{
    /// <summary>It may not be looked at; whether it can be opened says the rest.</summary>
    Unknown,

    Regular,
    Directory,
    Pipe,
    Device,
    Socket,
}
