using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// The configurations of streams as they are shown, in JSON without secrets. They are kept as long as what they are of: a list of a thousand streams
/// took 100 ms when each of them was written by the table of keys. Any thread.
/// </summary>
internal sealed class ShownConfigs
{
    private readonly ConditionalWeakTable<StreamConfig, Entry> _written = [];
    private readonly ConditionalWeakTable<StoredStream, byte[]> _stored = [];

    /// <summary>Null: nobody has configured it.</summary>
    /// <param name="view">The stream.</param>
    /// <param name="defaults">A stream of the file is shown without what these say too.</param>
    public byte[]? Of(StreamView view, StreamConfig defaults)
    {
        if (view.Stored is { } stored)
        {
            return _stored.GetValue(stored, static one => JsonText.Write(StreamDocument.Shown(one.Document)));
        }

        if (view.Config is not { } config)
        {
            return null;
        }

        if (!_written.TryGetValue(config, out Entry? entry) || !ReferenceEquals(entry.Defaults, defaults))
        {
            JsonObject shown = StreamKeys.Stream.Show(config, defaults);
            shown.Remove(StreamDocument.Password + "Set");
            foreach (JsonObject source in (shown[StreamDocument.Sources] as JsonArray)?.OfType<JsonObject>() ?? [])
            {
                source.Remove(StreamDocument.Password + "Set");
            }

            entry = new Entry(defaults, JsonText.Write(shown));
            _written.AddOrUpdate(config, entry);
        }

        return entry.Json;
    }

    private sealed record Entry(StreamConfig Defaults, byte[] Json);
}
