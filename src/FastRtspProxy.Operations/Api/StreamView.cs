using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Operations.Api;

/// <summary>One stream, configuration and state: what the API has as one resource.</summary>
/// <param name="Name">The path under which viewers find it.</param>
/// <param name="Config">Null: nobody has configured it; a wildcard or a REGISTER made it.</param>
/// <param name="Stored">Its keys as a request said them; null: no request did.</param>
/// <param name="Status">Null: the engine has none of that name (yet), or it is a wildcard.</param>
internal sealed record StreamView(string Name, StreamConfig? Config, StoredStream? Stored, StreamStatus? Status)
{
    /// <summary>What the API says of the state of a stream that has none itself.</summary>
    public const string WildcardState = "wildcard";

    public static IReadOnlyList<string> States { get; } = [.. StreamStates.Told.Select(StreamStates.NameOf), WildcardState];

    public static IReadOnlyList<string> Origins { get; } = ["file", "commandLine", "api", "wildcard", "registered"];

    public string State => Status is { } status ? StreamStates.NameOf(StreamStates.ToldOf(status.State))
        : Config?.IsWildcard == true ? WildcardState
        : StreamStates.NameOf(StreamState.Opening);

    public string Origin => Config switch
    {
        { Origin: ConfigOrigin.File } => Origins[0],
        { Origin: ConfigOrigin.CommandLine } => Origins[1],
        { Origin: ConfigOrigin.Api } => Origins[2],
        _ => Status?.Origin == StreamOrigin.Registered ? Origins[4] : Origins[3],
    };

    /// <summary>Every stream by the order of its name: configured ones, with what the engine knows of them, and those that it made itself.</summary>
    public static IReadOnlyList<StreamView> Join(ProxyConfig config, StreamStore store, IReadOnlyList<StreamStatus> statuses)
    {
        Dictionary<string, StreamStatus> byName = new(statuses.Count, StringComparer.Ordinal);
        foreach (StreamStatus status in statuses)
        {
            byName[status.Name] = status;
        }

        List<StreamView> views = new(config.Streams.Count + statuses.Count);
        foreach (StreamConfig stream in config.Streams)
        {
            byName.Remove(stream.Name, out StreamStatus? status);
            views.Add(Of(stream, store, status));
        }

        views.AddRange(byName.Values.Select(static status => new StreamView(status.Name, null, null, status)));
        views.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return views;
    }

    public static StreamView Of(StreamConfig stream, StreamStore store, StreamStatus? status) =>
        new(stream.Name, stream, stream.Origin == ConfigOrigin.Api ? store.Find(stream.Name) : null, status);
}
