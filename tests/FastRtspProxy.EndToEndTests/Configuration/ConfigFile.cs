namespace FastRtspProxy.EndToEndTests.Configuration;

/// <summary>A configuration file in a directory of its own, written as editors write: beside the old one, and renamed over it.</summary>
public sealed class ConfigFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("frp-config-");

    public ConfigFile(string text)
    {
        Replace(text);
    }

    public string Path => System.IO.Path.Combine(_directory.FullName, "config.yaml");

    public string DirectoryPath => _directory.FullName;

    /// <summary>By a rename, as atomic as it gets.</summary>
    public void Replace(string text)
    {
        string beside = Path + ".new";
        File.WriteAllText(beside, text);
        File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(beside, Path, overwrite: true);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
