namespace FastRtspProxy.Tests;

/// <summary>The tree that the tests were built from: found by walking up to the .sln, because a deterministic build tells no paths.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file of it, by its path from the root with slashes.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && folder.GetFiles("*.sln").Length == 0)
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No .sln above the tests.");
    }
}
