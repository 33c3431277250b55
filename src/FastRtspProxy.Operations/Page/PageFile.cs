using System.IO.Compression;
using System.Security.Cryptography;

namespace FastRtspProxy.Operations.Page;

/// <summary>One file of the page, which is built into the program; read, packed and hashed when it is asked for first. Any thread.</summary>
internal sealed class PageFile
{
    private readonly Lazy<(byte[] Plain, byte[] Packed, string Tag)> _content;

    private PageFile(string path, string resource)
    {
        Path = path;
        MediaType = System.IO.Path.GetExtension(path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        _content = new Lazy<(byte[], byte[], string)>(() => Load(resource));
    }

    /// <summary>Every file, by its path below the page's, as <c>app.js</c> or <c>vendor/uPlot.min.css</c>.</summary>
    public static IReadOnlyList<PageFile> All { get; } =
    [
        .. typeof(PageFile).Assembly.GetManifestResourceNames().Where(static name => name.StartsWith("Page/", StringComparison.Ordinal))
            .Select(static name => new PageFile(name["Page/".Length..], name)),
    ];

    /// <inheritdoc cref="All"/>
    public string Path { get; }

    public string MediaType { get; }

    public byte[] Plain => _content.Value.Plain;

    /// <summary>By gzip.</summary>
    public byte[] Packed => _content.Value.Packed;

    /// <summary>The ETag: another one for other bytes, also of another version of the program.</summary>
    public string Tag => _content.Value.Tag;

    private static (byte[] Plain, byte[] Packed, string Tag) Load(string resource)
    {
        using Stream stream = typeof(PageFile).Assembly.GetManifestResourceStream(resource)!;
        byte[] plain = new byte[stream.Length];
        stream.ReadExactly(plain);
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(plain);
        }

        return (plain, packed.ToArray(), $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12))}\"");
    }
}
