namespace FastRtspProxy.Operations.Reload;

/// <summary>
/// What tells one content of a file from the next without reading it. The time of birth is another when a file of the same size and time was renamed into its place, and the target when a symbolic
/// link was turned (as container platforms do with mounted configuration).
/// </summary>
/// <param name="Path">As it was named.</param>
/// <param name="Target">Behind all links; null: there is no such file, or it may not be looked at.</param>
internal readonly record struct FileStamp(string Path, string? Target, long Bytes, DateTime WrittenUtc, DateTime BornUtc)
{
    public static FileStamp Of(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            {
                file = target;
            }

            return file.Exists
                ? new FileStamp(path, RealPath(file.FullName), file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc)
                : new FileStamp(path, null, 0, default, default);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(path, null, 0, default, default);
        }
    }

    /// <summary>Directories above may be links, too: the last one is what platforms turn (<c>..data</c>).</summary>
    private static string RealPath(string path)
    {
        string? above = System.IO.Path.GetDirectoryName(path);
        FileSystemInfo? target = above is null ? null : new DirectoryInfo(above).ResolveLinkTarget(returnFinalTarget: true);
        return target is null ? path : System.IO.Path.Combine(target.FullName, System.IO.Path.GetFileName(path));
    }
}
