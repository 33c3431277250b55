using Microsoft.Win32.SafeHandles;

namespace FastRtspProxy.Net;

/// <summary>
/// A file that is there as a whole or not at all: its bytes are on the disk under another name before its own name leads to them. Whoever reads the
/// folder meanwhile finds the old bytes or the new ones. Only its owner may read it. Not for the threads of sockets.
/// </summary>
internal sealed class WrittenFile : IDisposable
{
    /// <summary>How names begin that are not files yet: <see cref="Folder"/> does not show them.</summary>
    public const string UnfinishedPrefix = ".new-";

    private readonly string _path;

    /// <summary>Null: it has its own name, or it is gone.</summary>
    private string? _unfinished;

    private WrittenFile(string path, string unfinished)
    {
        _path = path;
        _unfinished = unfinished;
    }

    /// <summary>Its bytes are on the disk afterwards, and its name does not lead to them yet.</summary>
    /// <exception cref="IOException">They cannot be written; nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static WrittenFile Prepare(string path, ReadOnlySpan<byte> bytes)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        string unfinished = Path.Combine(folder, UnfinishedPrefix + Guid.NewGuid().ToString("N"));
        WrittenFile file = new(path, unfinished);
        try
        {
            using FileStream stream = new(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Its name leads to it from now on, also behind a power failure.</summary>
    /// <exception cref="IOException">It cannot; what the name led to before is still there.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_unfinished is null, this);
        File.Move(_unfinished, _path, overwrite: true);
        _unfinished = null;
        FlushFolder(_path);
    }

    /// <summary>
    /// Takes a file away, also behind a power failure, and gives what it held, in bytes: <see cref="PutBack"/> undoes it. Null: it was gone already.
    /// </summary>
    /// <exception cref="IOException">It cannot be taken away, and is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static byte[]? Take(string path)
    {
        byte[] held;
        try
        {
            held = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        File.Delete(path);
        try
        {
            FlushFolder(path);
            return held;
        }
        catch (IOException)
        {
            PutBack(path, held);
            throw;
        }
    }

    /// <summary>A file that was taken away is there again.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void PutBack(string path, ReadOnlySpan<byte> held)
    {
        using WrittenFile file = Prepare(path, held);
        file.Commit();
    }

    /// <summary>One that was not committed is gone.</summary>
    public void Dispose()
    {
        if (_unfinished is not { } unfinished)
        {
            return;
        }

        _unfinished = null;
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Folder.Open takes it away at the next start.
        }
    }

    /// <summary>A rename is on the disk when its folder is (rename(2) does not say so, fsync(2) does).</summary>
    private static void FlushFolder(string path)
    {
        using SafeFileHandle? folder = Folder.Handle(Path.GetDirectoryName(path) ?? "/");
        if (folder is not null)
        {
            RandomAccess.FlushToDisk(folder);
        }
    }
}
