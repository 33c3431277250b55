using System.Threading.Channels;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Operations.Events;

/// <summary>
/// The last thousand events. Whoever reads them has a number and nothing else: a slow reader holds no memory, and is told how many it has missed.
/// What happens on the engine's threads is put into a queue, of which a task takes it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="addresses">How much of viewers' addresses is shown at the moment.</param>
internal sealed class EventLog(TimeProvider time, Func<AddressDetail> addresses) : IAsyncDisposable
{
    /// <summary>So many are kept for who comes back.</summary>
    public const int Kept = 1000;

    /// <summary>
    /// Between two turns of the task; what is more is counted as missed. A thousand viewers that leave at once are a thousand events.
    /// </summary>
    private const int QueuedMax = 20_000;

    /// <summary>
    /// Numbers within a millisecond: the first number of a start is behind the last one of the start before, and fits in a JSON number.
    /// </summary>
    private const int NumbersAMillisecond = 1024;

    private readonly Channel<object> _queue = Channel.CreateBounded<object>(
        new BoundedChannelOptions(QueuedMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Guards what follows; held for as long as it takes to write one entry, or to copy some.</summary>
    private readonly Lock _lock = new();
    private readonly ProxyEvent?[] _ring = new ProxyEvent?[Kept];

    /// <summary>The number of the first event of this start.</summary>
    private readonly long _first = (time.GetUtcNow().ToUnixTimeMilliseconds() * NumbersAMillisecond) + 1;
    private long _count;

    /// <summary>Completed and replaced at each event.</summary>
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Events that found the queue full.</summary>
    private long _lost;
    private Task _taking = Task.CompletedTask;

    /// <summary>The number of the last event, or that before the first one.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
            {
                return _first + _count - 1;
            }
        }
    }

    /// <summary>Begins to listen to both, and to take from the queue; once.</summary>
    public void Start(EngineStatus engine, Reloader reloader)
    {
        engine.Happened += Queue;
        reloader.Reloaded += Queue;
        Start();
    }

    /// <summary>Takes from the queue from now on.</summary>
    internal void Start()
    {
        _taking = Outbound.RunAsync(TakeAsync);
    }

    /// <summary>Puts it into the queue, and waits for nothing. Any thread.</summary>
    public void Queue(object what)
    {
        if (!_queue.Writer.TryWrite(what))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Reads what comes behind a number; null: what comes from now on.</summary>
    public EventReader ReadFrom(long? after) => new(this, after is { } number && number <= Last ? number : after is null ? Last : 0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _taking;
    }

    /// <summary>What there is behind a number, and what to wait for when that is nothing.</summary>
    internal EventBatch Behind(long number, out Task news)
    {
        lock (_lock)
        {
            news = _news.Task;
            long end = _first + _count;
            long oldest = Math.Max(_first, end - Kept);
            long from = Math.Max(number + 1, oldest);
            List<ProxyEvent> events = new((int)Math.Max(0, end - from));
            for (long at = from; at < end; at++)
            {
                if (_ring[at % Kept] is { } one && one.Id == at)
                {
                    events.Add(one);
                }
            }

            // Of an earlier start it is not known how many there were: one at least.
            long before = number >= _first - 1 ? from - number - 1 : Math.Max(number > 0 ? 1 : 0, oldest - _first);
            return new EventBatch(events, before + (Math.Max(0, end - from) - events.Count));
        }
    }

    /// <summary>Adds one; the task that takes them from the queue, and tests.</summary>
    internal void Add(Func<long, ProxyEvent> make)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            long number = _first + _count++;
            _ring[number % Kept] = make(number);
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.TrySetResult();
    }

    private async Task TakeAsync()
    {
        await foreach (object what in _queue.Reader.ReadAllAsync())
        {
            long lost = Interlocked.Exchange(ref _lost, 0);
            if (lost > 0)
            {
                lock (_lock)
                {
                    _count += lost; // readers see a gap, and are told its length
                }
            }

            Add(number => what switch
            {
                EngineEvent happened => Of(number, happened),
                ReloadResult reloaded => Of(number, reloaded),
                _ => throw new InvalidOperationException("Nobody queues anything else."),
            });
        }
    }

    private ProxyEvent Of(long number, EngineEvent happened) => new(number, TypeOf(happened.Kind), happened.At)
    {
        Stream = happened.Stream,
        Viewer = happened.Viewer,
        Address = happened.Address is { } address ? ShownAddress.Of(address, addresses()) : null,
        Way = happened.Way,
        Reason = happened.Reason is { } reason ? Printable.Line(reason) : null,
    };

    private static ProxyEvent Of(long number, ReloadResult result) =>
        new(number, result.IsTaken ? ProxyEvent.ConfigReloaded : ProxyEvent.ConfigRefused, result.At)
        {
            Reason = result.IsTaken ? $"{result.Applied.Count} changes" : result.Errors[0],
        };

    private static string TypeOf(EngineEventKind kind) => ProxyEvent.Types[(int)kind];
}
