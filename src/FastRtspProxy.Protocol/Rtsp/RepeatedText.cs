using System.Text;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>
/// Text that peers send again and again: the URLs and names of streams and tracks, the names of parameters. The same text is one string, which costs
/// nothing when it comes the next time. Not for what never repeats (nonces, session ids): that would only push out what does.
/// </summary>
public static class RepeatedText
{
    /// <summary>Longer text is made anew each time. A URL of a stream on a proxy has some forty.</summary>
    public const int CharsMax = 128;

    /// <summary>
    /// Strings of one thread; the one that was not asked for the longest makes room. 512 strings of 128 characters are 140 KB, which is what
    /// strangers can make a thread hold.
    /// </summary>
    private const int StringsMax = 512;

    /// <summary>A pool for each thread: the shared one has locks, on which one shard would wait for another.</summary>
    [ThreadStatic]
    private static StringPool? t_pool;

    /// <summary>The text as a string. Text with a query or with credentials is not kept: a secret must not outlive its request.</summary>
    public static string Of(ReadOnlySpan<char> text) =>
        text.Length > CharsMax || text.ContainsAny('?', '@') ? text.ToString() : Pool.GetOrAdd(text);

    /// <inheritdoc cref="Of(ReadOnlySpan{char})"/>
    /// <param name="utf8">In UTF-8; what is not valid becomes replacement characters.</param>
    public static string Of(ReadOnlySpan<byte> utf8) =>
        utf8.Length > CharsMax || utf8.ContainsAny((byte)'?', (byte)'@') ? Encoding.UTF8.GetString(utf8) : Pool.GetOrAdd(utf8, Encoding.UTF8);

    private static StringPool Pool => t_pool ??= new StringPool(StringsMax);
}
