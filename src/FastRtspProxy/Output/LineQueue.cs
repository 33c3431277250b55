using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace FastRtspProxy.Output;

/// <summary>
/// Text on its way to standard error. Whoever writes is a shard as often as not, and a shard never waits for a terminal, a full pipe or a
/// slow disk: it leaves its text in a bounded queue and goes on; one background thread writes. When the queue is full the text is dropped
/// and counted, and the count is written in its place.
/// </summary>
internal sealed class LineQueue : IDisposable
{
    /// <summary>2 MB of text, some ten thousand lines: seconds of -V with hundreds of cameras.</summary>
    public const int QueueChars = 1 << 20;

    /// <summary>A message of -V at most: the largest RTSP head and a large SDP; the rest of a longer one is cut off.</summary>
    public const int EntryChars = 32 << 10;

    /// <summary>What a stuck reader of our standard error may cost at exit.</summary>
    private static readonly TimeSpan s_longestFlush = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<string> _entries = new();
    private readonly AutoResetEvent _bell = new(false);
    private readonly Stream _output;
    private readonly Thread _writer;
    private int _queuedChars;
    private int _dropped;

    /// <summary>Set once, before the bell is rung; pairs with the look behind the bell. Ringing and waiting are full fences.</summary>
    private volatile bool _ending;

    public LineQueue(Stream output)
    {
        _output = output;
        _writer = new Thread(Write) { IsBackground = true, Name = "console" };
        _writer.Start();
    }

    /// <summary>
    /// Writes a line of the queue's own, its end included, as the lines around it are. Set before anything is logged; on the writing thread.
    /// </summary>
    public Func<string, string> Style { get; set; } = static line => line;

    /// <summary>Leaves one line, or several that must stay together, each with its line end. Any thread; never waits.</summary>
    public void Add(string text)
    {
        if (text.Length > EntryChars)
        {
            text = string.Concat(text.AsSpan(0, EntryChars), " ...\n");
        }

        if (Interlocked.Add(ref _queuedChars, text.Length) > QueueChars)
        {
            Interlocked.Add(ref _queuedChars, -text.Length);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _entries.Enqueue(text);
        _bell.Set();
    }

    /// <summary>
    /// Leaves any number of lines, in entries of whole lines: the streams of a start with hundreds of cameras are longer than one entry may be.
    /// </summary>
    public void AddLines(string text)
    {
        int start = 0;
        while (text.Length - start > EntryChars)
        {
            int lineEnd = text.LastIndexOf('\n', start + EntryChars - 1, EntryChars);
            int end = lineEnd < 0 ? start + EntryChars : lineEnd + 1;
            Add(text[start..end]);
            start = end;
        }

        Add(text[start..]);
    }

    /// <summary>Writes out what is queued, for a fifth of a second at most.</summary>
    public void Dispose()
    {
        if (_ending)
        {
            return;
        }

        _ending = true;
        _bell.Set();

        // The bell is not disposed: an engine that had to be left behind may still ring it.
        _writer.Join(s_longestFlush);
    }

    private void Write()
    {
        var text = new StringBuilder();
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(2 * EntryChars)];
        bool ending;
        do
        {
            _bell.WaitOne();

            // Read before the queue is emptied: what was added before the end is written.
            ending = _ending;
            while (Gather(text))
            {
                WriteOut(text, bytes);
                text.Clear();
            }
        }
        while (!ending);
    }

    /// <summary>Joins queued entries so that a burst costs few system calls; false when there is nothing.</summary>
    private bool Gather(StringBuilder text)
    {
        while (text.Length < EntryChars / 2 && _entries.TryDequeue(out string? entry))
        {
            Interlocked.Add(ref _queuedChars, -entry.Length);
            text.Append(entry);
        }

        int dropped = Interlocked.Exchange(ref _dropped, 0);
        if (dropped > 0)
        {
            text.Append(Style(string.Create(
                CultureInfo.InvariantCulture, $"({dropped} messages were dropped here: standard error is read too slowly.)\n")));
        }

        return text.Length > 0;
    }

    private void WriteOut(StringBuilder text, byte[] bytes)
    {
        int count = 0;
        foreach (ReadOnlyMemory<char> chunk in text.GetChunks())
        {
            // A surrogate pair split between two chunks becomes two replacement characters; it is a log line.
            count += Encoding.UTF8.GetBytes(chunk.Span, bytes.AsSpan(count));
        }

        try
        {
            _output.Write(bytes, 0, count);
            _output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A descriptor that was opened for reading only, a full disk or a closed terminal: the proxy proxies on, and the next text may have
            // better luck.
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
