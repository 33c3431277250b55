using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>
/// A client by OpenSSL itself, the library that the framework stands on, for what the framework's client does not do. It trusts everybody. Its calls
/// block.
/// </summary>
internal sealed partial class OpenSslClient : IDisposable
{
    private const string Library = "libssl.so.3";

    /// <summary>The peer is asked to update its keys as well (SSL_KEY_UPDATE_REQUESTED).</summary>
    private const int Requested = 1;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly nint _context;
    private readonly nint _ssl;

    public OpenSslClient(int port)
    {
        _socket.Connect(IPAddress.Loopback, port);
        _context = NewContext(ClientMethod());
        _ssl = New(_context);
        Assert.Equal(1, SetDescriptor(_ssl, (int)_socket.Handle));
        Assert.Equal(1, Connect(_ssl));
    }

    /// <summary>Has the keys of both sides updated (RFC 8446 section 4.6.3). False: the connection is over.</summary>
    public bool UpdateKeys() => UpdateKeys(_ssl, Requested) == 1 && DoHandshake(_ssl) == 1;

    /// <summary>Sends a request, and gives what one read brings.</summary>
    public string Ask(string request)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        Assert.Equal(bytes.Length, Write(_ssl, bytes, bytes.Length));
        byte[] answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, Math.Max(0, Read(_ssl, answer, answer.Length)));
    }

    public void Dispose()
    {
        Free(_ssl);
        FreeContext(_context);
        _socket.Dispose();
    }

    [LibraryImport(Library, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    private static partial nint New(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    private static partial void Free(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    private static partial int SetDescriptor(nint ssl, int fd);

    [LibraryImport(Library, EntryPoint = "SSL_connect")]
    private static partial int Connect(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_key_update")]
    private static partial int UpdateKeys(nint ssl, int type);

    [LibraryImport(Library, EntryPoint = "SSL_do_handshake")]
    private static partial int DoHandshake(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    private static partial int Write(nint ssl, byte[] bytes, int count);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    private static partial int Read(nint ssl, byte[] bytes, int count);
}
