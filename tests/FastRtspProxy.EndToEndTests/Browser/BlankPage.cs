using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>A server on loopback that gives everybody the same page, with nothing in it: a page that is not the proxy's.</summary>
public sealed class BlankPage : IDisposable
{
    private static readonly byte[] s_answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<!doctype html>");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BlankPage()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        using TcpClient answered = client;
        NetworkStream stream = client.GetStream();
        try
        {
            if (await stream.ReadAsync(new byte[16 * 1024]) > 0)
            {
                await stream.WriteAsync(s_answer);
            }
        }
        catch (IOException)
        {
            // A browser opens connections that it does not use.
        }
    }
}
