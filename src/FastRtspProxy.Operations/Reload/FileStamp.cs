using FastRtspProxy.Net;

namespace FastRtspProxy.Operations.Reload;

/// <summary>A file as it was at a moment, without reading it: turned links and files that are renamed into its place are seen, too.</summary>
/// <param name="Path">As it was named.</param>
/// <param name="Identity">Null: there is no such file, or it may not be looked at.</param>
internal readonly record struct FileStamp(string Path, FileIdentity? Identity)
{
    public static FileStamp Of(string path) => new(path, FileIdentity.Of(path));
}
