namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>The tree that the tests were built from: found by walking up to the .sln, because a deterministic build tells no paths.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

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
