using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Http;

/// <summary>A receiver of web hooks, written as their page says: it computes the signature itself.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _secret;
    private readonly ConcurrentQueue<(string Type, bool IsRight)> _taken = new();
    private readonly Task _serving;

    public HookReceiver(string secret)
    {
        _secret = Encoding.UTF8.GetBytes(secret);
        Url = $"http://127.0.0.1:{FreePorts.Next()}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url { get; }

    public IReadOnlyList<string> Types => [.. _taken.Select(static one => one.Type)];

    public IReadOnlyList<bool> Signatures => [.. _taken.Select(static one => one.IsRight)];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using MemoryStream body = new();
            try
            {
                await context.Request.InputStream.CopyToAsync(body);
            }
            catch (HttpListenerException)
            {
                continue; // the sender has gone, and comes again
            }

            byte[] signed = [.. Encoding.UTF8.GetBytes($"{context.Request.Headers["X-Frp-Timestamp"]}.{context.Request.Headers["X-Frp-Delivery"]}."), .. body.ToArray()];
            string expected = "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(_secret, signed));
            string type = JsonDocument.Parse(body.ToArray()).RootElement.GetProperty("type").GetString()!;
            _taken.Enqueue((type, context.Request.Headers["X-Frp-Signature"] == expected));
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
    }
}
