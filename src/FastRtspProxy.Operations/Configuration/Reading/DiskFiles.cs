#pragma warning disable RS0030 // at the start no socket waits yet, and later ConfigLoader.LoadAsync puts the whole loader on the thread pool
namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>The files of this machine.</summary>
internal sealed class DiskFiles : IConfigFiles
{
    public static DiskFiles Instance { get; } = new();

    public FileContent Read(string path, int bytesMax)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return Failed("is a directory: name the file in it");
            }

            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] bytes = new byte[bytesMax + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            bool isOpen = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & UnixFileMode.OtherRead) != 0;
            return new FileContent(bytes[..count], isOpen, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed("does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            return Failed($"may not be read by the user {Environment.UserName}: give the file to that user, or to one of its groups");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return Failed($"cannot be read: {e.Message}");
        }
    }

    private static FileContent Failed(string error) => new([], false, error);
}
