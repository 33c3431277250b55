using System.Diagnostics;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>
/// A repository with a commit of release.sh, the two files that name the version, and stand-ins for what takes minutes and for what is only packed; it goes with the test.
/// </summary>
internal sealed class ReleaseTree : IDisposable
{
    /// <summary>What stands for a built program tells which build it is of.</summary>
    private const string Publish = "#!/bin/bash\nmkdir -p \"${!#}\"\nfor name in fastrtspproxy rtspsim; do echo \"$name\" \"${@:1:$#-1}\" >\"${!#}/$name\"; chmod +x \"${!#}/$name\"; done\n";

    private const string Deb = "#!/bin/bash\n[ \"$1 $3 $5 $7\" = \"--arch --binaries --version --out\" ] && cat \"$4/rtspsim\" >\"$8/fastrtspproxy_$6-1_$2.deb\"\n";

    private const string Sbom = "#!/bin/bash\necho \"$@\" | sed \"s: /.*/: :\" >\"$2\"\n";

    private static readonly string[] s_packed =
    [
        ".gitignore", "LICENSE", "THIRD-PARTY-NOTICES.txt", "README.md", "SECURITY.md", "docs/fastrtspproxy.sample.yaml", "docs/fastrtspproxy.1", "docs/fastrtspproxy.yaml.5", "packaging/config.yaml",
        "packaging/systemd/fastrtspproxy.service", "packaging/completions/fastrtspproxy.bash",
    ];

    private ReleaseTree(string path) => Path = path;

    public string Path { get; }

    public string Script => System.IO.Path.Combine(Path, "packaging/release.sh");

    /// <param name="props">Directory.Build.props.</param>
    /// <param name="changelog">CHANGELOG.md.</param>
    /// <param name="change">Shell commands after the commit.</param>
    public static async Task<ReleaseTree> MakeAsync(string props, string changelog, string change)
    {
        ReleaseTree tree = new(Directory.CreateTempSubdirectory("frp-release-").FullName);
        foreach (string file in s_packed)
        {
            await tree.WriteAsync(file, file == ".gitignore" ? "artifacts/\n" : file);
        }

        await tree.WriteAsync("Directory.Build.props", props);
        await tree.WriteAsync("CHANGELOG.md", changelog);
        await tree.WriteAsync("packaging/publish.sh", Publish);
        await tree.WriteAsync("packaging/deb/build.sh", Deb);
        await tree.WriteAsync("packaging/sbom.py", Sbom);
        await tree.WriteAsync("packaging/release.sh", await File.ReadAllTextAsync(System.IO.Path.Combine(SourceTree.Root, "packaging/release.sh")));
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

    /// <summary>The files of the release, by name, and their bytes.</summary>
    public SortedDictionary<string, byte[]> Made(string version) =>
        new(Directory.GetFiles(System.IO.Path.Combine(Path, "artifacts/release", version)).ToDictionary(static file => System.IO.Path.GetFileName(file), File.ReadAllBytes));

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private async Task WriteAsync(string file, string text)
    {
        string path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
        if (text.StartsWith("#!", StringComparison.Ordinal))
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        }
    }
}
