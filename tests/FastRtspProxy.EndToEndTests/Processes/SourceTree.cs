namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>The tree that the tests were built from: what is above the tests, with the solution.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    /// <summary>A file of it, by its path from the root with slashes.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "FastRtspProxy.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("No FastRtspProxy.sln above the tests.");
    }
}
