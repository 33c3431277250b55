using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Reload;

/// <summary>The files of one reading, each with its stamp of just before: what is to be watched afterwards.</summary>
internal sealed class StampedFiles(IConfigFiles files) : IConfigFiles
{
    private readonly List<FileStamp> _stamps = [];

    /// <summary>Each file once, in the order of the reading.</summary>
    public IReadOnlyList<FileStamp> Stamps => _stamps;

    /// <inheritdoc/>
    public FileContent Read(string path, int bytesMax)
    {
        if (!_stamps.Exists(stamp => stamp.Path == path))
        {
            _stamps.Add(FileStamp.Of(path));
        }

        return files.Read(path, bytesMax);
    }
}
