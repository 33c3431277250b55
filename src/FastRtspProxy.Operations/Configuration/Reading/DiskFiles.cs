using FastRtspProxy.Net;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// The files of this machine. It waits for their disk: at the start no socket waits yet, and later <see cref="ConfigLoader.LoadAsync"/> puts the
/// whole loader on the thread pool.
/// </summary>
internal sealed class DiskFiles : IConfigFiles
{
    public static DiskFiles Instance { get; } = new();

    public FileContent Read(string path, int bytesMax)
    {
        WholeFile file = WholeFile.Read(path, bytesMax);
        string? error = file.Kind switch
        {
            FileKind.Directory => "is a directory: name the file in it",
            FileKind.Pipe => "is a pipe, and may be read again at any time: write what comes out of it into a file, and name that",
            FileKind.Device => "is a device: name a file",
            FileKind.Socket => "is a socket: name a file",
            _ when file.IsMissing => "does not exist",
            _ when file.IsDenied => $"may not be read by the user {Environment.UserName}: give the file to that user, or to one of its groups",
            _ => file.ErrorText is { } text ? $"cannot be read: {text}" : null,
        };
        return new FileContent(file.Bytes, file.IsOpenToOthers, error);
    }
}
