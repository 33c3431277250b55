using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Protocol.Rtsp;
using EngineChange = FastRtspProxy.Engine.Mounts.StreamChange;

namespace FastRtspProxy.Operations.Configuration.Comparison;

/// <summary>
/// What a reload does, decided from nothing but the two configurations. What a change of a stream takes is the engine's to say
/// (<see cref="StreamChanges"/>): it is the engine that does it. The rule that everything here serves: a stream that did not change notices nothing.
/// </summary>
internal static class ConfigComparison
{
    public static ConfigDifference Of(ProxyConfig old, ProxyConfig next)
    {
        ProxyConfig result = RootKeys.Shape.WithRestartKeysOf(next, old) with { Streams = WithKeptObjects(old.Streams, next.Streams) };
        List<ConfigChange> changes = [];
        List<ConfigChange> refused = [];
        foreach (KeyChange change in RootKeys.Shape.Changes(old, next, IsOfTheProgram))
        {
            (change.Effect == ConfigEffect.Restart ? refused : changes).Add(Explain(change));
        }

        Dictionary<string, StreamConfig> before = old.Streams.ToDictionary(static stream => stream.Name, StringComparer.Ordinal);
        HashSet<string> after = [.. result.Streams.Select(static stream => stream.Name)];
        StreamConfig[] removed = [.. old.Streams.Where(stream => !after.Contains(stream.Name))];
        changes.AddRange(removed.Select(static stream => Change(ConfigChangeKind.StreamRemoved, stream, "removed: its viewers are told and closed")));
        List<StreamConfig> added = [];
        List<StreamChange> remade = [];
        List<StreamChange> adjusted = [];
        foreach (StreamConfig stream in result.Streams)
        {
            if (!before.TryGetValue(stream.Name, out StreamConfig? known))
            {
                added.Add(stream);
                changes.Add(Change(ConfigChangeKind.StreamAdded, stream, "added"));
                continue;
            }

            KeyChange[] keys = ReferenceEquals(known, stream) ? [] : [.. StreamKeys.Stream.Changes(known, stream, static _ => true)];
            EngineChange change = StreamChanges.Between(EngineOptions.StreamOf(known, old), EngineOptions.StreamOf(stream, result));
            if (change == EngineChange.Camera)
            {
                remade.Add(new StreamChange(known, stream));
                changes.Add(
                    Change(
                        ConfigChangeKind.StreamSession, stream,
                        $"{Words(keys, "dscp.cameras")}: the camera's session is made anew, its viewers are held"));
            }
            else if (change == EngineChange.Sources)
            {
                remade.Add(new StreamChange(known, stream));
                changes.Add(
                    Change(
                        ConfigChangeKind.StreamSession, stream,
                        $"{Words(keys, "dscp.cameras")}: the session with the source in use goes on, or is made anew where that one is another, and "
                            + "its viewers are held"));
            }
            else
            {
                if (keys.Length > 0)
                {
                    changes.Add(Change(ConfigChangeKind.StreamSettings, stream, Words(keys, "")));
                }

                if (keys.Length > 0 || change == EngineChange.Settings)
                {
                    adjusted.Add(new StreamChange(known, stream));
                }
            }
        }

        return new ConfigDifference
        {
            Changes = [.. changes, .. refused],
            Result = result,
            Removed = removed,
            Added = added,
            Remade = remade,
            Adjusted = adjusted,
        };
    }

    /// <summary>
    /// The streams have comparisons of their own, and the defaults are in each of them; what is left of the defaults is that of registered streams.
    /// </summary>
    private static bool IsOfTheProgram(ConfigKey key) => key.Name != RootKeys.StreamsKey;

    private static ValueList<StreamConfig> WithKeptObjects(ValueList<StreamConfig> old, ValueList<StreamConfig> next)
    {
        Dictionary<string, StreamConfig> before = old.ToDictionary(static stream => stream.Name, StringComparer.Ordinal);
        return [.. next.Select(stream => before.TryGetValue(stream.Name, out StreamConfig? known) && known == stream ? known : stream)];
    }

    private static ConfigChange Explain(KeyChange change)
    {
        return change.Effect == ConfigEffect.Restart
            ? new ConfigChange(ConfigChangeKind.Refused, $"{change.Path}: {change.Text}: needs a restart, until then the old value stays")
            : new ConfigChange(ConfigChangeKind.Live, $"{change.Path}: {change.Text}");
    }

    private static ConfigChange Change(ConfigChangeKind kind, StreamConfig stream, string text) =>
        new(kind, $"{RootKeys.StreamsKey}.{Printable.Line(stream.Name)}: {text}", stream.Name);

    private static string Words(KeyChange[] keys, string otherwise) =>
        keys.Length == 0 ? otherwise : string.Join(", ", keys.Select(static key => $"{key.Path} {key.Text}"));
}
