#pragma warning disable RS0030 // inside Outbound
using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Events;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>
/// The deliveries of one hook. A stream's keep their order: each waits until the one before it was taken or given up. Those of other streams go
/// beside them, on as many lanes as there are. Whoever tells it something never waits. On the thread pool.
/// </summary>
internal sealed class HookSender : IAsyncDisposable
{
    /// <summary>Deliveries under way at once, each on a connection.</summary>
    public const int Lanes = 4;

    /// <summary>What a server refuses is said so often at the most: viewers choose how often there is something to tell.</summary>
    private static readonly TimeSpan s_sayEvery = TimeSpan.FromMinutes(1);

    private readonly HookConfig _config;
    private readonly HookCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ProxyEvent>[] _lanes = new Channel<ProxyEvent>[Lanes];
    private readonly Task _running;
    private readonly string _shownUrl;
    private long _waiting;
    private long _missed;

    /// <summary>1 from the first failure until a delivery is taken again.</summary>
    private int _isDown;

    /// <summary>When a refusal was said last, as the clock's time stamp; 0: none was.</summary>
    private long _saidRefused;

    /// <summary>Refusals since then.</summary>
    private long _unsaid;

    public HookSender(HookConfig config, HookCounters counters, TimeProvider time, ILogger log)
    {
        _config = config;
        _counters = counters;
        _time = time;
        _log = log;
        _shownUrl = BackendUrl.Redact(config.Url);
        _client = new HttpClient(OutboundHttp.HandlerTo(new Uri(config.Url), config.Timeout, Lanes)) { Timeout = Timeout.InfiniteTimeSpan };
        for (int i = 0; i < Lanes; i++)
        {
            _lanes[i] = Channel.CreateUnbounded<ProxyEvent>(new UnboundedChannelOptions { SingleReader = true }); // bounded by _waiting
        }

        _running = Outbound.RunAsync(() => Task.WhenAll(_lanes.Select(lane => Task.Run(() => RunAsync(lane.Reader)))));
    }

    public HookConfig Config => _config;

    /// <summary>Events that the next delivery says are missing. Any thread.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Takes it, or counts it as missed. Any thread.</summary>
    public void Tell(ProxyEvent happened)
    {
        if (_config.Events.Count > 0 && !_config.Events.Contains(happened.Type, StringComparer.Ordinal))
        {
            return;
        }

        if (Interlocked.Increment(ref _waiting) > PlacesFor(happened))
        {
            Interlocked.Decrement(ref _waiting);
            Miss(1);
            return;
        }

        _counters.AddWaiting(1);
        int lane = happened.Stream is { } stream ? (int)((uint)string.GetHashCode(stream, StringComparison.Ordinal) % Lanes) : 0;
        if (!_lanes[lane].Writer.TryWrite(happened))
        {
            Leave();
            Miss(1);
        }
    }

    /// <summary>Viewers choose how often they come and go: a quarter of the places is for what else happens, a lost camera first of all.</summary>
    private int PlacesFor(ProxyEvent happened) =>
        happened.Type.StartsWith("viewer.", StringComparison.Ordinal) ? _config.Queue - (_config.Queue / 4) : _config.Queue;

    /// <summary>Events that nobody could tell it of: the next delivery says how many. Any thread.</summary>
    public void Miss(long events)
    {
        if (events > 0)
        {
            Interlocked.Add(ref _missed, events);
            _counters.OnDropped(events);
        }
    }

    /// <summary>What the sender before this one did not tell the same server, counted already: the next delivery says how many. Any thread.</summary>
    public void Inherit(long events) => Interlocked.Add(ref _missed, events);

    /// <summary>What waits is given up, and counts as missed; so does a delivery under way, which is cut short.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Channel<ProxyEvent> lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        await _running;
        foreach (Channel<ProxyEvent> lane in _lanes)
        {
            while (lane.Reader.TryRead(out _))
            {
                Leave();
                Miss(1);
            }
        }

        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(ChannelReader<ProxyEvent> lane)
    {
        try
        {
            await foreach (ProxyEvent happened in lane.ReadAllAsync(_stop.Token))
            {
                try
                {
                    await DeliverAsync(happened);
                }
                finally
                {
                    Leave();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hook is gone, or the program ends.
        }
        catch (Exception e)
        {
            HookLog.Broken(_log, e);
        }
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _waiting);
        _counters.AddWaiting(-1);
    }

    private async Task DeliverAsync(ProxyEvent happened)
    {
        long missed = Interlocked.Exchange(ref _missed, 0);
        try
        {
            await DeliverAsync(happened, missed);
        }
        catch
        {
            Inherit(missed);
            Miss(1);
            throw;
        }
    }

    private async Task DeliverAsync(ProxyEvent happened, long missed)
    {
        string delivery = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
        byte[] body = BodyOf(happened, delivery, missed);
        for (int attempts = 1; ; attempts++)
        {
            (int status, string reason, TimeSpan? wish) = await TryAsync(delivery, body);
            if (HookRetry.IsTaken(status))
            {
                _counters.OnDelivered();
                if (Interlocked.Exchange(ref _isDown, 0) != 0)
                {
                    HookLog.Back(_log, _shownUrl, missed + Missed); // what this delivery told, and what the next one will
                }

                return;
            }

            if (HookRetry.After(attempts, status, wish) is not { } wait)
            {
                Interlocked.Add(ref _missed, missed + 1);
                SayRefused(happened.Type, reason);
                _counters.OnFailed();
                return;
            }

            _counters.OnRetried();
            if (Interlocked.Exchange(ref _isDown, 1) == 0)
            {
                HookLog.Down(_log, _shownUrl, reason, _config.Queue);
            }

            await Task.Delay(wait, _time, _stop.Token);
        }
    }

    /// <summary>On any lane: one of them says it.</summary>
    private void SayRefused(string type, string reason)
    {
        long said = Volatile.Read(ref _saidRefused);
        bool isTime = said == 0 || _time.GetElapsedTime(said) >= s_sayEvery;
        if (!isTime || Interlocked.CompareExchange(ref _saidRefused, _time.GetTimestamp(), said) != said)
        {
            Interlocked.Increment(ref _unsaid);
            return;
        }

        long unsaid = Interlocked.Exchange(ref _unsaid, 0);
        HookLog.Refused(_log, _shownUrl, type, reason, unsaid > 0 ? $"; {unsaid} more were refused since the last such line" : "");
    }

    /// <summary>One attempt: the answer's status, or 0; and why it is no good.</summary>
    private async Task<(int Status, string Reason, TimeSpan? Wish)> TryAsync(string delivery, byte[] body)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(_config.Timeout);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(_config.Url)) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            long timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
            request.Headers.Add(HookSignature.DeliveryHeader, delivery);
            request.Headers.Add(HookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
            if (_config.Secret is { } secret)
            {
                request.Headers.Add(HookSignature.SignatureHeader, HookSignature.Of(secret.Value, timestamp, delivery, body));
            }

            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return ((int)response.StatusCode, $"status {(int)response.StatusCode}", WishOf(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (0, string.Create(CultureInfo.InvariantCulture, $"no answer in {_config.Timeout.TotalSeconds:0.#} s"), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (0, OutboundHttp.Cause(e), null);
        }
    }

    /// <summary>Retry-After (RFC 9110 section 10.2.3) is a number of seconds, or a moment.</summary>
    private TimeSpan? WishOf(RetryConditionHeaderValue? after) => after?.Delta ?? (after?.Date - _time.GetUtcNow());

    private byte[] BodyOf(ProxyEvent happened, string delivery, long missed)
    {
        ArrayBufferWriter<byte> body = new(512);
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            EventJson.WriteMembers(json, _config.Addresses ? happened : happened with { Address = null });
            json.WriteString("delivery", delivery);
            json.WriteNumber("missed", missed);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}
