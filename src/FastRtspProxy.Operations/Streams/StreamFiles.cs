using System.Text.Json.Nodes;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// The streams of requests on the disk: one file each, <c>{"name": ..., "config": {...}}</c>, with its passwords, for the user of the program alone.
/// It waits for the disk: not for the threads of sockets.
/// </summary>
internal sealed class StreamFiles(string directory, IConfigFiles files)
{
    /// <summary>A request has 64 KiB at most, and is written with blanks.</summary>
    private const int BytesMax = 256 << 10;

    /// <summary>Files of the last reading that others may read. In turn.</summary>
    private readonly List<string> _open = [];

    private const string NameKey = "name";
    private const string ConfigKey = "config";

    public string Directory => directory;

    /// <summary>Who may do with them what only the program should: sentences with the remedy.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (Folder.IsOpenToOthers(directory))
            {
                yield return $"every user of this machine may put streams into {Printable.Line(directory)}: chmod o-w {Printable.Line(directory)}";
            }

            foreach (string path in _open.Order(StringComparer.Ordinal))
            {
                yield return $"every user of this machine may read the passwords in {Printable.Line(path)}: chmod o-r {Printable.Line(path)}";
            }
        }
    }

    /// <summary>What each file holds: a stream, or what is wrong with it and the remedy.</summary>
    /// <exception cref="IOException">The directory cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public IReadOnlyList<(string File, StoredStream? Stream, string Problem)> Read()
    {
        _open.Clear();
        return [.. Folder.Open(directory, StreamFileName.Ending).Select(file => (file, TryRead(file, out string problem), problem))];
    }

    /// <summary>The file of a stream, on the disk and not under its name yet.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public WrittenFile Prepare(StoredStream stream)
    {
        JsonObject content = new() { [NameKey] = stream.Name, [ConfigKey] = StreamDocument.Clone(stream.Document) };
        return WrittenFile.Prepare(PathOf(stream.Name), JsonText.Write(content, isIndented: true));
    }

    /// <summary>True where the stream has a file.</summary>
    public bool Has(string stream) => FileIdentity.Of(PathOf(stream)) is not null;

    /// <summary>The stream is not there after a restart. What its file held, in bytes; null: it had none.</summary>
    /// <exception cref="IOException">It cannot be taken away, and is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public byte[]? Take(string stream) => WrittenFile.Take(PathOf(stream));

    /// <summary>The stream is there after a restart, as it was.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void PutBack(string stream, byte[] held) => WrittenFile.PutBack(PathOf(stream), held);

    private string PathOf(string stream) => Path.Combine(directory, StreamFileName.Of(stream));

    /// <summary>One file that we do not get on with keeps no other from being read.</summary>
    private StoredStream? TryRead(string file, out string problem)
    {
        try
        {
            return Read(file, out problem);
        }
        catch (Exception e)
        {
            problem = $"it cannot be read ({e.GetType().Name})"; // its words may be those of the file
            return null;
        }
    }

    private StoredStream? Read(string file, out string problem)
    {
        FileContent content = files.Read(Path.Combine(directory, file), BytesMax);
        if (content.Error is not null || content.Bytes.Length > BytesMax)
        {
            problem = content.Error ?? "is larger than 256K";
            return null;
        }

        if (JsonText.Parse(content.Bytes, out problem) is not { } json)
        {
            return null;
        }

        if (json[NameKey] is not JsonValue value || !value.TryGetValue(out string? name) || json[ConfigKey] is not JsonObject config)
        {
            problem = "it has to hold {\"name\": \"...\", \"config\": {...}}";
            return null;
        }

        if (StreamFileName.Of(name) != file)
        {
            problem = $"the stream in it is named \"{Printable.Line(name)}\", whose file is {StreamFileName.Of(name)}: rename one of the two";
            return null;
        }

        if (content.IsOpenToOthers)
        {
            _open.Add(Path.Combine(directory, file));
        }

        return new StoredStream(name, StreamDocument.WithoutUserParts(config, []), IsPersisted: true);
    }
}
