using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>The root file system of the container image, laid by packaging/rootfs.sh in a folder of its own, which goes with the test.</summary>
internal sealed class BareRoot : IDisposable
{
    private BareRoot(string path) => Path = path;

    public string Path { get; }

    /// <summary>The bytes of all its files: what the image takes on a disk.</summary>
    public long Bytes => new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);

    public static async Task<BareRoot> LayAsync()
    {
        // Not private: the programs in it are another user's.
        string folder = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"frp-root-{Guid.NewGuid():N}");
        BareRoot root = new(folder);
        using Process script = Process.Start(new ProcessStartInfo("/bin/sh", [System.IO.Path.Combine(SourceTree.Root, "packaging/rootfs.sh"), Prerequisites.ProxyBinary, folder]) { RedirectStandardError = true })!;
        string errors = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        Assert.True(script.ExitCode == 0, errors);
        return root;
    }

    /// <summary>Its bytes as an image's layer, which is what is pulled.</summary>
    public async Task<long> PackedBytesAsync()
    {
        using MemoryStream packed = new();
        await using (GZipStream layer = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await TarFile.CreateFromDirectoryAsync(Path, layer, includeBaseDirectory: false);
        }

        return packed.Length;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
