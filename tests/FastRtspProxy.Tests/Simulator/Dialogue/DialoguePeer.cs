using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Tests.Simulator.Dialogue;

/// <summary>The other end of a control connection: on it a test reads requests and writes what it likes, in the clear or over TLS.</summary>
internal sealed class DialoguePeer : IDisposable
{
    private readonly Socket _listener;
    private readonly X509Certificate2? _certificate;
    private Socket? _socket;
    private Stream? _stream;

    public DialoguePeer(bool tls, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _certificate = tls ? SimulatedCameraCertificate.Make(IPAddress.Loopback) : null;
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"{(_certificate is null ? "rtsp" : "rtsps")}://{_listener.LocalEndPoint}/cam");

    public async Task AcceptAsync()
    {
        _socket = await _listener.AcceptAsync();
        _stream = new NetworkStream(_socket);
        if (_certificate is not null)
        {
            SslStream tls = new(_stream);
            await tls.AuthenticateAsServerAsync(_certificate);
            _stream = tls;
        }
    }

    /// <summary>One request without a body.</summary>
    public async Task<string> ReadRequestAsync()
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _stream!.ReadExactlyAsync(one);
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await _stream!.WriteAsync(bytes);

    public Task WriteAsync(string text) => WriteAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Closes in order, or with a reset.</summary>
    public void Close(bool reset = false)
    {
        if (reset)
        {
            _socket!.LingerState = new LingerOption(true, 0);
        }

        _socket!.Close();
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _socket?.Dispose();
        _listener.Dispose();
        _certificate?.Dispose();
    }
}
