using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Events;

/// <summary>The last lines of the log, for who cannot see standard error. Whoever logs waits for nobody. Any thread.</summary>
internal sealed class LogHistory
{
    public const int Kept = 1000;

    /// <summary>With <see cref="Kept"/> lines some 4 MB, where each is as long as can be.</summary>
    private const int CharsMax = 2000;

    /// <summary>Each place is replaced as a whole, by a release store; it pairs with the acquire load of a reader.</summary>
    private readonly Entry?[] _ring = new Entry?[Kept];
    private long _count;

    /// <summary>Keeps a line as it was written: what is not shown in it has been taken out.</summary>
    public void Add(LogLevel level, DateTimeOffset at, string category, string text)
    {
        text = text.TrimEnd('\n');
        long number = Interlocked.Increment(ref _count);
        Volatile.Write(ref _ring[number % Kept], new Entry(number, level, at, category, text.Length > CharsMax ? text[..CharsMax] + "..." : text));
    }

    /// <summary>The last lines of that level or above, the oldest first.</summary>
    public IReadOnlyList<Entry> Last(LogLevel level, int limit)
    {
        List<Entry> entries = new(Kept);
        for (int i = 0; i < Kept; i++)
        {
            if (Volatile.Read(ref _ring[i]) is { } entry && entry.Level >= level)
            {
                entries.Add(entry);
            }
        }

        entries.Sort(static (one, other) => one.Number.CompareTo(other.Number));
        return entries.Count > limit ? entries[^limit..] : entries;
    }

    /// <summary>One line.</summary>
    /// <param name="Number">Grows.</param>
    /// <param name="Level">How loud it was.</param>
    /// <param name="At">When it was said.</param>
    /// <param name="Category">The part of the program that said it.</param>
    /// <param name="Text">Without a line end; the dialogues of -V have several lines.</param>
    internal sealed record Entry(long Number, LogLevel Level, DateTimeOffset At, string Category, string Text);
}
