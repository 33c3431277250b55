using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>The server's side of RTSP over HTTP, written without the product's code: it shows the heads of GET and POST and what the POSTs carry.</summary>
internal sealed class ScriptedTunnel : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _gets = new();
    private readonly ConcurrentQueue<string> _posts = new();
    private readonly ConcurrentQueue<int> _postBytes = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly StringBuilder _requests = new();
    private TcpClient? _get;
    private TcpClient? _post;

    public ScriptedTunnel()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The answer to a GET, from its head.</summary>
    public Func<string, string> OnGet { get; set; } = _ => "HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n";

    /// <summary>The answer to an RTSP request, from its text; null: none.</summary>
    public Func<string, string?> OnRequest { get; set; } = _ => null;

    public IReadOnlyList<string> Gets => [.. _gets];

    public IReadOnlyList<string> Posts => [.. _posts];

    /// <summary>Body bytes of each POST that was replaced.</summary>
    public IReadOnlyList<int> PostBytes => [.. _postBytes];

    /// <summary>Everything that the POSTs carried, decoded.</summary>
    public string Requests
    {
        get
        {
            lock (_requests)
            {
                return _requests.ToString();
            }
        }
    }

    public void ClosePost() => _post?.Close();

    public void Dispose()
    {
        _listener.Stop();
        foreach (TcpClient client in _clients)
        {
            client.Close();
        }
    }

    /// <summary>Bodies are read in the order in which their connections came, each to its end, however the threads take turns.</summary>
    private async Task AcceptAsync()
    {
        Task before = Task.CompletedTask;
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _clients.Add(client);
                before = ServeAsync(client, before);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client, Task before)
    {
        try
        {
            NetworkStream stream = client.GetStream();
            string head = await ReadHeadAsync(stream);
            if (head.StartsWith("GET ", StringComparison.Ordinal))
            {
                _get = client;
                _gets.Enqueue(head);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(OnGet(head)));
                await before;
                return;
            }

            _post = client;
            _posts.Enqueue(head);
            await before;
            _postBytes.Enqueue(await ReadBodyAsync(stream));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // Closed.
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Decodes four letters at a time, so that the padding of each message is where it belongs.</summary>
    private async Task<int> ReadBodyAsync(NetworkStream stream)
    {
        byte[] quantum = new byte[4];
        int count = 0;
        string message = string.Empty;
        while (await stream.ReadAtLeastAsync(quantum, 4, throwOnEndOfStream: false) == 4)
        {
            count += 4;
            string text = Encoding.ASCII.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(quantum)));
            lock (_requests)
            {
                _requests.Append(text);
            }

            message += text;
            if (message.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (OnRequest(message) is { } answer)
                {
                    await _get!.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                }

                message = string.Empty;
            }
        }

        return count;
    }
}
