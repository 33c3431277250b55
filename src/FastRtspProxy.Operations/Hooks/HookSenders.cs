using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>All hooks of a configuration. One that a change does not touch goes on, with what waits for it.</summary>
internal sealed class HookSenders(TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>How long a reader of the log waits in one go.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;

    /// <summary>Whoever holds it may exchange the list.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Replaced as a whole, under the turn; read by whoever tells something.</summary>
    private volatile HookSender[] _senders = [];

    /// <inheritdoc cref="HookCounters"/>
    public HookCounters Counters { get; } = new();

    /// <summary>Begins to tell what the log of events has from now on; once.</summary>
    public void Follow(EventLog events)
    {
        EventReader reader = events.ReadFrom(null);
        _following = Outbound.RunAsync(() => FollowAsync(reader));
    }

    /// <summary>Any thread; never waits.</summary>
    public void Tell(ProxyEvent happened)
    {
        foreach (HookSender sender in _senders)
        {
            sender.Tell(happened);
        }
    }

    /// <summary>From now on these. What waits at one that goes is missed; another one of the same URL tells the server how much that was.</summary>
    /// <param name="hooks">Asked when it is the change's turn: of several that wait, whichever is last sees what counts then.</param>
    public async Task ChangeAsync(Func<IReadOnlyList<HookConfig>> hooks)
    {
        await _turn.WaitAsync();
        try
        {
            List<HookSender> before = [.. _senders];
            List<HookSender> next = [];
            foreach (HookConfig hook in hooks())
            {
                HookSender? same = before.Find(sender => sender.Config == hook);
                next.Add(same ?? new HookSender(hook, Counters, time, log));
                if (same is not null)
                {
                    before.Remove(same);
                }
            }

            _senders = [.. next];
            await Task.WhenAll(before.Select(static sender => sender.DisposeAsync().AsTask()));
            foreach (HookSender gone in before)
            {
                next.Find(sender => sender.Config.Url == gone.Config.Url)?.Inherit(gone.Missed);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What waits is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        await ChangeAsync(static () => []);
        _stop.Dispose();
    }

    private async Task FollowAsync(EventReader reader)
    {
        try
        {
            while (true)
            {
                EventBatch batch = await reader.NextAsync(s_look, time, _stop.Token);
                foreach (HookSender sender in _senders)
                {
                    sender.Miss(batch.Missed);
                }

                foreach (ProxyEvent happened in batch.Events)
                {
                    Tell(happened);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}
