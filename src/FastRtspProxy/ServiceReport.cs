using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy;

/// <summary>
/// What the service manager is told while the proxy runs: a line of status, and that it lives, as long as every event loop has had a turn. One that
/// hangs keeps the word back, and the manager starts us again.
/// </summary>
internal sealed class ServiceReport : IAsyncDisposable
{
    /// <summary>An event loop that has had no turn for so long hangs.</summary>
    private static readonly TimeSpan s_turnMax = TimeSpan.FromSeconds(5);

    /// <summary>Between two lines of status.</summary>
    private static readonly TimeSpan s_status = TimeSpan.FromSeconds(10);

    private readonly ServiceManager _manager;
    private readonly ProxyEngine _engine;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _turnMax;
    private Task _running = Task.CompletedTask;

    /// <param name="manager">Whom to tell.</param>
    /// <param name="engine">Of what.</param>
    /// <param name="turnMax">An event loop that has had no turn for so long hangs; null: five seconds.</param>
    public ServiceReport(ServiceManager manager, ProxyEngine engine, TimeSpan? turnMax = null)
    {
        _turnMax = turnMax ?? s_turnMax;
        _manager = manager;
        _engine = engine;
    }

    /// <summary>Everything listens.</summary>
    public void Start()
    {
        if (_manager.IsThere)
        {
            _manager.Ready(Line(null));
            _running = Outbound.RunAsync(RunAsync);
        }
    }

    /// <summary>Tells when a reload begins and ends, whoever asked for it: a signal, a file, a request.</summary>
    public void Follow(Reloader reloader)
    {
        reloader.Reloading += _manager.Reloading;
        reloader.Reloaded += _ => _manager.Ready(Line(null));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        TimeSpan wait = _manager.Watchdog is { } watchdog && watchdog / 2 < s_status ? watchdog / 2 : s_status;
        try
        {
            for (TimeSpan since = TimeSpan.Zero; ; since += wait)
            {
                await Task.Delay(wait, _stop.Token);
                if (await TryReportAsync(isStatusDue: since >= s_status))
                {
                    since = since >= s_status ? TimeSpan.Zero : since;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    /// <summary>One look. False: it failed, so the manager is not told that we live; the next look may tell it again.</summary>
    private async Task<bool> TryReportAsync(bool isStatusDue)
    {
        try
        {
            await _engine.TakeTurnsAsync().WaitAsync(_turnMax, _stop.Token);
            _manager.Alive();
            if (isStatusDue)
            {
                _manager.Status(Line(await _engine.Status.StreamsAsync().WaitAsync(_turnMax, _stop.Token)));
            }

            return true;
        }
        catch (TimeoutException)
        {
            _manager.Status($"an event loop has had no turn for {_turnMax.TotalSeconds:0.#} s");
            return false;
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            _manager.Status($"the state of the proxy cannot be told ({e.GetType().Name})");
            return false;
        }
    }

    private string Line(IReadOnlyList<StreamStatus>? streams)
    {
        int count = streams?.Count ?? _engine.Streams.Snapshot.Count;
        string up = streams is null ? "" : $", {streams.Count(static stream => stream.IsUp)} up";
        return $"{count} {(count == 1 ? "stream" : "streams")}{up}; {_engine.Viewers} {(_engine.Viewers == 1 ? "viewer" : "viewers")}";
    }
}
