using System.Text.Json;
using System.Threading.Channels;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster.Etcd;

/// <summary>
/// Claims and releases on their way to etcd, in the order in which they came: what comes while one request is under way goes together in the next
/// one. So the streams of a dead box, hundreds at once, cost its successor some requests and etcd as many writes to its disk, and a lease that is to
/// be renewed meanwhile waits for none of them. Any thread.
/// </summary>
internal sealed class EtcdBatches : IAsyncDisposable
{
    /// <summary>etcd takes 128 operations where nothing else is said (max-txn-ops): one for each, and one inside.</summary>
    public const int CountMax = 64;

    private readonly EtcdClient _client;
    private readonly TimeSpan _limit;
    private readonly ILogger _log;
    private readonly Channel<EtcdTransaction> _waiting =
        Channel.CreateUnbounded<EtcdTransaction>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>That etcd says no was said, and it has not said yes since.</summary>
    private bool _saidRefused;

    /// <param name="client">Asks.</param>
    /// <param name="limit">For an answer of each member.</param>
    /// <param name="log">The cluster's.</param>
    public EtcdBatches(EtcdClient client, TimeSpan limit, ILogger log)
    {
        _client = client;
        _limit = limit;
        _log = log;
        _running = Outbound.RunAsync(RunAsync);
    }

    /// <summary>The answer, and the revision at which it was given; null: etcd did not answer.</summary>
    public Task<(JsonElement Answer, long Revision)?> RunAsync(string key, Action<Utf8JsonWriter> transaction)
    {
        EtcdTransaction one = new(key, transaction);
        if (!_waiting.Writer.TryWrite(one))
        {
            one.Done.TrySetResult(null);
        }

        return one.Done.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            List<EtcdTransaction> batch = Next();
            try
            {
                await SendAsync(batch);
                _saidRefused = false;
            }
            catch (OperationCanceledException)
            {
                // The end; the others of the queue are told so, too.
            }
            catch (EtcdException e) when (e is { IsRefusal: true, IsGone: false } && !_saidRefused)
            {
                _saidRefused = true;
                ClusterLog.Refused(_log, e.Message);
            }
            catch (EtcdException e)
            {
                ClusterLog.Unanswered(_log, e.Message);
            }
            catch (Exception e)
            {
                ClusterLog.Broken(_log, e);
            }
            finally
            {
                batch.ForEach(static one => one.Done.TrySetResult(null)); // whoever has an answer keeps it
            }
        }
    }

    /// <summary>All that wait, as far as they go together.</summary>
    private List<EtcdTransaction> Next()
    {
        List<EtcdTransaction> batch = [];
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (batch.Count < CountMax && _waiting.Reader.TryPeek(out EtcdTransaction? next) && keys.Add(next.Key))
        {
            _waiting.Reader.TryRead(out _);
            batch.Add(next);
        }

        return batch;
    }

    private async Task SendAsync(List<EtcdTransaction> batch)
    {
        string body = EtcdRequests.Batch(batch.Select(static one => one.Write));
        using JsonDocument json = await _client.AskAsync("/v3/kv/txn", body, _limit, _stop.Token);
        long revision = EtcdKeyValue.Number(EtcdKeyValue.Member(json.RootElement, "header"), "revision");
        JsonElement[] answers =
            [.. EtcdKeyValue.Elements(json.RootElement, "responses").Select(static one => EtcdKeyValue.Member(one, "response_txn"))];
        if (revision <= 0 || answers.Length != batch.Count || Array.Exists(answers, static one => one.ValueKind != JsonValueKind.Object))
        {
            throw _client.Nonsense("answer to each question");
        }

        for (int i = 0; i < answers.Length; i++)
        {
            batch[i].Done.TrySetResult((answers[i].Clone(), revision));
        }
    }
}
