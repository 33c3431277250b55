using FastRtspProxy.Operations.Configuration.Model;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>All hooks of a configuration. One that a change does not touch goes on, with what waits for it.</summary>
internal sealed class HookSenders(TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>Whoever holds it may exchange the list.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Replaced as a whole, under the turn; read by whoever tells something.</summary>
    private volatile HookSender[] _senders = [];

    /// <inheritdoc cref="HookCounters"/>
    public HookCounters Counters { get; } = new();

    /// <summary>Any thread; never waits.</summary>
    public void Tell(HookMessage message)
    {
        foreach (HookSender sender in _senders)
        {
            sender.Tell(message);
        }
    }

    /// <summary>From now on these.</summary>
    public async Task ChangeAsync(IReadOnlyList<HookConfig> hooks)
    {
        await _turn.WaitAsync();
        try
        {
            List<HookSender> before = [.. _senders];
            List<HookSender> next = [];
            foreach (HookConfig hook in hooks)
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
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What waits is given up.</summary>
    public async ValueTask DisposeAsync() => await ChangeAsync([]);
}
