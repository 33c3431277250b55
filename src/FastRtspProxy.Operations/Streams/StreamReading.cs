using System.Text;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Operations.Streams;

/// <summary>Streams of requests, read by the table that reads the file: there is no second set of keys. Pure.</summary>
internal static class StreamReading
{
    /// <summary>Of a stream, as errors name it.</summary>
    public static string PathOf(string name) => ConfigReading.PathOf(RootKeys.StreamsKey, name);

    /// <summary>
    /// The stream, with what is wrong in it going to the reading. The defaults of the file hold for it but for their credentials: those were given
    /// for the cameras of the file, and whoever names a camera of his own must not be sent them.
    /// </summary>
    public static StreamConfig Read(string name, JsonObject document, StreamConfig defaults, ConfigReading reading)
    {
        StreamConfig start = defaults with { Name = name, UserName = null, Password = null, Origin = ConfigOrigin.Api };
        string path = PathOf(name);
        reading.Met(path, ConfigPlace.WholeFile);
        return StreamKeys.Stream.Read(JsonTree.Of(document), start, path, reading);
    }

    /// <summary>As above, for one alone.</summary>
    public static (StreamConfig Stream, IReadOnlyList<StreamFault> Faults) Read(string name, JsonObject document, StreamConfig defaults)
    {
        ConfigRemarks remarks = new();
        StreamConfig stream = Read(name, document, defaults, new ConfigReading(remarks, references: null));
        return (stream, FaultsOf(name, remarks));
    }

    /// <summary>
    /// The errors of that stream, each with its place in the body; where none is its own, all of them, with the whole body for a place.
    /// </summary>
    public static IReadOnlyList<StreamFault> FaultsOf(string name, ConfigRemarks remarks)
    {
        string path = PathOf(name);
        ConfigRemark[] errors = [.. remarks.InOrder().Where(static remark => !remark.IsWarning)];
        ConfigRemark[] own = [.. errors.Where(remark => remark.Path is { } where && IsWithin(where, path))];
        return own.Length > 0
            ? [.. own.Select(remark => new StreamFault(PointerOf(remark.Path![path.Length..]), remark.Detail ?? remark.Text))]
            : [.. errors.Select(static remark => new StreamFault("", remark.Text))];
    }

    /// <summary>True for the path of a stream itself, and of what stands in it.</summary>
    public static bool IsWithin(string path, string stream) =>
        path.StartsWith(stream, StringComparison.Ordinal) && (path.Length == stream.Length || path[stream.Length] is '.' or '[');

    /// <summary>RFC 6901 of a path within a section: <c>.allow.from[0]</c>.</summary>
    internal static string PointerOf(string path)
    {
        StringBuilder pointer = new();
        for (int i = 0; i < path.Length;)
        {
            if (path[i] is '.' or '[')
            {
                pointer.Append('/');
                i++;
            }

            if (i < path.Length && path[i] == '"')
            {
                for (i++; i < path.Length && path[i] != '"'; i++)
                {
                    i += path[i] == '\\' && i + 1 < path.Length ? 1 : 0;
                    Append(pointer, path[i]);
                }

                i++;
                continue;
            }

            for (; i < path.Length && path[i] is not ('.' or '['); i++)
            {
                if (path[i] != ']')
                {
                    Append(pointer, path[i]);
                }
            }
        }

        return pointer.ToString();
    }

    private static void Append(StringBuilder pointer, char c) => _ = c switch
    {
        '~' => pointer.Append("~0"),
        '/' => pointer.Append("~1"),
        _ => pointer.Append(c),
    };
}
