using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Streams;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Streams that the API of one box made are known on all: what a request said goes to the engine, encrypted, and what comes from there is done here
/// as if a request had said it. One that was removed leaves a mark there, so that a box which was away removes it too, and does not bring it back.
/// </summary>
internal sealed class ClusterStreams : IAsyncDisposable
{
    private readonly ClusterSecrets _secrets;
    private readonly Func<string, byte[], Task<bool>> _put;
    private readonly Func<string, JsonObject?, Task> _edit;
    private readonly StreamStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<Func<Task>> _work = Channel.CreateUnbounded<Func<Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>What the engine has of each stream, as texts; an empty one: it was removed. In the turn of the work.</summary>
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>
    /// What this box has put of each stream and has not heard back, the oldest first: an earlier word of its own is not to undo a later one. In the
    /// turn of the work.
    /// </summary>
    private readonly Dictionary<string, List<byte[]>> _said = new(StringComparer.Ordinal);

    /// <summary>Changes of each stream here that wait to be put. Any thread.</summary>
    private readonly ConcurrentDictionary<string, int> _unsaid = new(StringComparer.Ordinal);

    /// <summary>What is being done here because the engine told so: no news for it, or two boxes would echo each other's changes for ever.</summary>
    private volatile Echo? _taking;

    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    /// <param name="secrets">The cluster's.</param>
    /// <param name="put">Puts what is encrypted into the engine. False: it did not answer.</param>
    /// <param name="edit">Makes a stream here by its keys, or removes it (null).</param>
    /// <param name="store">The streams of requests.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The cluster's.</param>
    public ClusterStreams(
        ClusterSecrets secrets, Func<string, byte[], Task<bool>> put, Func<string, JsonObject?, Task> edit, StreamStore store, TimeProvider time,
        ILogger log)
    {
        _secrets = secrets;
        _put = put;
        _edit = edit;
        _store = store;
        _time = time;
        _log = log;
        store.Changed = OnChangedHere;
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <summary>The engine tells. Any thread.</summary>
    public void OnChangedThere(string name, byte[]? content) => _work.Writer.TryWrite(() => TakeAsync(name, content));

    /// <summary>
    /// The engine was read whole: what it does not have, or what nobody can read there, is told to it. What it has is newer than what is here, also
    /// where that could not be had here. Any thread.
    /// </summary>
    public void OnAllRead(IReadOnlyCollection<string> names) => _work.Writer.TryWrite(async () =>
    {
        _said.Clear(); // what was put before that is in what was read
        foreach (string gone in _known.Keys.Where(name => !names.Contains(name)).ToArray())
        {
            _known.Remove(gone);
        }

        foreach (StoredStream stream in _store.All.Where(stream => !_known.ContainsKey(stream.Name)))
        {
            await PutAsync(stream.Name, stream.Document);
        }
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _store.Changed = null;
        await _stop.CancelAsync();
        _work.Writer.TryComplete();
        await _running;
        _stop.Dispose();
    }

    private void OnChangedHere(string name, StoredStream? stream)
    {
        if (_taking is not { } taking || taking.Name != name || !JsonNode.DeepEquals(taking.Document, stream?.Document))
        {
            _unsaid.AddOrUpdate(name, 1, static (_, count) => count + 1);
            _work.Writer.TryWrite(() =>
            {
                _unsaid.AddOrUpdate(name, 0, static (_, count) => count - 1);
                _unsaid.TryRemove(KeyValuePair.Create(name, 0));
                return PutAsync(name, stream?.Document);
            });
        }
    }

    private async Task RunAsync()
    {
        await foreach (Func<Task> work in _work.Reader.ReadAllAsync())
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                ClusterLog.Broken(_log, e);
            }
        }
    }

    private async Task TakeAsync(string name, byte[]? content)
    {
        if (content is not null && IsOvertaken(name, content))
        {
            return;
        }

        if (content is null)
        {
            _known.Remove(name);
            return;
        }

        if (_secrets.Decrypt(name, content) is not { } plain)
        {
            _known.Remove(name);
            ClusterLog.Unreadable(_log, name);
            return;
        }

        _known[name] = Convert.ToBase64String(plain);
        JsonObject? document = plain.Length == 0 ? null : JsonText.Parse(plain, out _);
        if (plain.Length > 0 && document is null)
        {
            ClusterLog.Unreadable(_log, name);
            return;
        }

        if (_unsaid.GetValueOrDefault(name) > 0)
        {
            return; // what was said here since goes to all of them in a moment, this box included
        }

        StoredStream? here = _store.Find(name);
        if (document is null ? here is not null : here is null || !JsonNode.DeepEquals(here.Document, document))
        {
            _taking = new Echo(name, document);
            try
            {
                await _edit(name, document);
            }
            finally
            {
                _taking = null;
            }
        }
    }

    private async Task PutAsync(string name, JsonObject? document)
    {
        byte[] plain = document is null ? [] : JsonText.Write(document);
        string text = Convert.ToBase64String(plain);
        if (_known.TryGetValue(name, out string? known) && known == text)
        {
            return;
        }

        byte[] content = _secrets.Encrypt(name, plain);
        if (!_said.TryGetValue(name, out List<byte[]>? said))
        {
            _said[name] = said = [];
        }

        said.Add(content);
        while (!await _put(name, content))
        {
            await Task.Delay(s_retry, _time, _stop.Token);
        }

        _known[name] = text;
    }

    /// <summary>
    /// True for a word of this box behind which it has put another one. Each is encrypted with a nonce of its own, so it is known again.
    /// </summary>
    private bool IsOvertaken(string name, byte[] content)
    {
        if (!_said.TryGetValue(name, out List<byte[]>? said))
        {
            return false;
        }

        int index = said.FindIndex(one => one.AsSpan().SequenceEqual(content));
        said.RemoveRange(0, index + 1);
        if (said.Count == 0)
        {
            _said.Remove(name);
        }

        return index >= 0 && said.Count > 0;
    }

    /// <param name="Name">Of the stream.</param>
    /// <param name="Document">Null: it is removed.</param>
    private sealed record Echo(string Name, JsonObject? Document);
}
