using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.TestPeers;

/// <summary>An HTTP server that answers as a test says: at once, never, or with what is no answer. One request a connection.</summary>
internal sealed class StandInAuthServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepts;
    private int _waiting;

    public StandInAuthServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _accepts = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/frp");

    /// <summary>Head and body of each request, as they came.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Requests that are not answered.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Gives status line's end, further header lines and body for a request; null: it hangs.</summary>
    public Func<string, string?> Answer { get; set; } = static _ => Json("{}");

    /// <summary>No request is answered before that.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public static string Json(string body, string status = "200 OK") => $"{status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepts;
        foreach (Socket socket in _open)
        {
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                _open.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            string request = await ReadAsync(socket);
            _requests.Enqueue(request);
            await Gate.WaitAsync(_stop.Token);
            if (Answer(request) is { } answer)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes("HTTP/1.1 " + answer.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)), _stop.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
            else
            {
                Interlocked.Increment(ref _waiting);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other side has gone.
        }
    }

    private async Task<string> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        int count = 0;
        while (true)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(count), _stop.Token);
            count += read;
            string text = Encoding.UTF8.GetString(buffer, 0, count);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (end >= 0 && text.Length >= end + 4 + BodyBytes(text[..end])))
            {
                return text;
            }
        }
    }

    private static int BodyBytes(string head) => head.Split("\r\n").Where(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
        .Select(static line => int.Parse(line["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
}
