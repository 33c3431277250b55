using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Reads the head of the answer to a tunnel's GET, then hands everything behind it on. The head is read by hand: its Content-Length, where there is
/// one, is nominal, and nothing of the media may be taken for a body.
/// </summary>
internal sealed class HttpTunnelReply(Shard shard) : IByteSink
{
    private const int HeadBytesMax = 8192;

    /// <summary>
    /// What may come between the head and our first request. Nobody has asked the camera for anything yet, so more than this is a flood.
    /// </summary>
    private const int EarlyBytesMax = 65_536;

    /// <summary>
    /// Done with true once the head was read or cannot be one; with false when it did not come in time, or the connection ended before.
    /// </summary>
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    /// <summary>The head as far as it came; once <see cref="_hasHead"/>, what came behind it until there was a <see cref="_sink"/>.</summary>
    private readonly List<byte> _early = [];

    /// <summary>Who gets the bytes behind the head; null until the tunnel is used.</summary>
    private IByteSink? _sink;

    /// <summary>The head was read, or what came is none.</summary>
    private bool _hasHead;

    /// <summary>How the connection ended, the first cause; null while it lives.</summary>
    private SocketError? _end;

    /// <summary>The status; 0: what came is not HTTP.</summary>
    public int Status { get; private set; }

    /// <summary>The values of WWW-Authenticate.</summary>
    public IReadOnlyList<string> Challenges { get; private set; } = [];

    /// <summary>True once there is an answer, whatever it is; false: none in time.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit)
    {
        ShardTimer timer = shard.CreateTimer(() => _done.TrySetResult(false));
        timer.Start(limit);
        bool answered = await _done.Task;
        timer.Stop();
        return answered;
    }

    /// <summary>From now on the bytes behind the head go there, those that have come already first.</summary>
    public void ForwardTo(IByteSink sink)
    {
        _sink = sink;
        if (_early.Count > 0)
        {
            byte[] early = [.. _early];
            _early.Clear();
            sink.OnBytes(early);
            sink.OnBatchEnd();
        }

        if (_end is { } end)
        {
            sink.OnClosed(end);
        }
    }

    /// <summary>The tunnel is of no more use.</summary>
    public void End(SocketError error)
    {
        if (_end is null)
        {
            _end = error;
            _done.TrySetResult(_hasHead);
            _sink?.OnClosed(error);
        }
    }

    /// <inheritdoc/>
    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        if (_sink is { } sink)
        {
            sink.OnBytes(bytes);
            return;
        }

        if (_early.Count + bytes.Length > EarlyBytesMax + HeadBytesMax)
        {
            End(SocketError.NoBufferSpaceAvailable);
            return;
        }

        _early.AddRange(bytes);
        if (!_hasHead)
        {
            ReadHead();
        }
    }

    /// <inheritdoc/>
    public void OnBatchEnd() => _sink?.OnBatchEnd();

    /// <inheritdoc/>
    public void OnClosed(SocketError error) => End(error);

    private void ReadHead()
    {
        ReadOnlySpan<byte> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_early);
        int begun = Math.Min(5, all.Length);
        bool canBeHttp = Ascii.EqualsIgnoreCase(all[..begun], "HTTP/"u8[..begun]);

        // The limit is the head's, not the read's: however the bytes are cut, the same heads are taken.
        int end = all[..Math.Min(all.Length, HeadBytesMax)].IndexOf("\r\n\r\n"u8);
        if (!canBeHttp || (end < 0 && all.Length >= HeadBytesMax))
        {
            _hasHead = true;
            _done.TrySetResult(true);
            return;
        }

        if (end < 0)
        {
            return;
        }

        string[] lines = Encoding.Latin1.GetString(all[..end]).Split("\r\n");
        string[] start = lines[0].Split(' ');
        if (start[0].StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) && start.Length > 1
            && int.TryParse(start[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            Status = status;
        }

        const string Challenge = "WWW-Authenticate:";
        Challenges = [.. lines.Where(l => l.StartsWith(Challenge, StringComparison.OrdinalIgnoreCase)).Select(l => l[Challenge.Length..].Trim())];
        _early.RemoveRange(0, end + 4);
        _hasHead = true;
        _done.TrySetResult(true);
    }
}
