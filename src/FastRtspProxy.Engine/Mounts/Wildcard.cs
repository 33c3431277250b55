namespace FastRtspProxy.Engine.Mounts;

/// <summary>One wildcard stream, and the mounts that were made by it. Owned by <see cref="WildcardStreams"/>, under its lock.</summary>
internal sealed class Wildcard(StreamOptions options)
{
    /// <summary>Of the name, which is never changed.</summary>
    public WildcardName Pattern { get; } = new(options.Name);

    /// <summary>As they are now; of the same name always.</summary>
    public StreamOptions Options { get; set; } = options;

    /// <summary>The mounts that were made by it and have not gone, by path, with the options that they go by.</summary>
    public Dictionary<string, (Mount Mount, StreamOptions Options)> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>The options of the stream that is asked for by that path: none is pulled for nobody, or it would never go.</summary>
    public StreamOptions Instance(string path, string match, StreamSettings common) => Options with
    {
        Name = path,
        Url = WildcardName.Fill(Options.Url, match),
        Alternatives = Options.Alternatives.Count == 0
            ? Options.Alternatives
            : [.. Options.Alternatives.Select(source => source with { Url = WildcardName.Fill(source.Url, match) })],
        Settings = (Options.Settings ?? common) with { AlwaysOn = false },
    };
}
