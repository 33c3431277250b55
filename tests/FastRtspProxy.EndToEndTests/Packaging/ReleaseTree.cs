using System.Diagnostics;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>A repository with a commit of release.sh and the two files that name the version; it goes with the test.</summary>
internal sealed class ReleaseTree : IDisposable
{
    private ReleaseTree(string path) => Path = path;

    public string Path { get; }

    public string Script => System.IO.Path.Combine(Path, "packaging/release.sh");

    /// <param name="props">Directory.Build.props.</param>
    /// <param name="changelog">CHANGELOG.md.</param>
    /// <param name="change">Shell commands after the commit.</param>
    public static async Task<ReleaseTree> MakeAsync(string props, string changelog, string change)
    {
        ReleaseTree tree = new(Directory.CreateTempSubdirectory("frp-release-").FullName);
        Directory.CreateDirectory(System.IO.Path.Combine(tree.Path, "packaging"));
        File.Copy(System.IO.Path.Combine(SourceTree.Root, "packaging/release.sh"), tree.Script);
        await File.WriteAllTextAsync(System.IO.Path.Combine(tree.Path, "Directory.Build.props"), props);
        await File.WriteAllTextAsync(System.IO.Path.Combine(tree.Path, "CHANGELOG.md"), changelog);
        ProcessStartInfo commands = new("/bin/bash", ["-ec", $"git init -q . && git add . && git commit -qm first && {change}"])
        {
            WorkingDirectory = tree.Path,
            RedirectStandardError = true,
        };
        foreach (string role in (string[])["AUTHOR", "COMMITTER"])
        {
            commands.Environment[$"GIT_{role}_NAME"] = "A Test";
            commands.Environment[$"GIT_{role}_EMAIL"] = "test@example.org";
        }

        using Process git = Process.Start(commands)!;
        string errors = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.True(git.ExitCode == 0, errors);
        return tree;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
