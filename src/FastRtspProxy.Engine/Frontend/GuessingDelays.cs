using System.Collections.Concurrent;
using System.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// How long an address that answers challenges wrongly waits for its next refusal: nothing for the first two (mistyped), then 100 ms, doubled each time, 5 s at most.
/// Forgotten after a right answer or ten quiet minutes. Touched by failures only.
/// </summary>
internal sealed class GuessingDelays
{
    /// <summary>Addresses remembered; above it the table is emptied: an attacker with that many addresses is not slowed by delays anyway.</summary>
    private const int MaxAddresses = 10_000;

    private const int FreeGuesses = 2;

    private static readonly long s_forgetMicros = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    private readonly ConcurrentDictionary<IPAddress, (int Failures, long LastMicros)> _failures = new();

    /// <summary>Notes a wrong answer; gives the wait and how many there were in a row.</summary>
    public TimeSpan OnFailure(IPAddress address, long nowMicros, out int failures)
    {
        if (_failures.Count > MaxAddresses)
        {
            _failures.Clear();
        }

        (failures, _) = _failures.AddOrUpdate(
            address,
            static (_, now) => (1, now),
            static (_, old, now) => (now - old.LastMicros > s_forgetMicros ? 1 : old.Failures + 1, now),
            nowMicros);
        return failures <= FreeGuesses
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Min(5000, 100 << Math.Min(failures - FreeGuesses - 1, 10)));
    }

    public void OnSuccess(IPAddress address)
    {
        if (!_failures.IsEmpty)
        {
            _failures.TryRemove(address, out _);
        }
    }
}
