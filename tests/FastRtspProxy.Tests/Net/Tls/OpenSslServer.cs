using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastRtspProxy.Tests.Net.Tls;

/// <summary>
/// A server for one client by OpenSSL itself, the library that the framework stands on, for what the framework's server does not do. Its calls block.
/// </summary>
internal sealed partial class OpenSslServer : IDisposable
{
    private const string Library = "libssl.so.3";

    /// <summary>EVP_PKEY_EC.</summary>
    private const int EllipticCurve = 408;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly nint _context = NewContext(ServerMethod());
    private Socket? _socket;
    private nint _ssl;

    /// <param name="extension">Of its certificate; null: it has none.</param>
    public OpenSslServer(X509Extension? extension = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }

        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        byte[] certificateBytes = certificate.RawData;
        byte[] keyBytes = key.ExportECPrivateKey();
        Assert.Equal(1, UseCertificate(_context, certificateBytes.Length, certificateBytes));
        Assert.Equal(1, UseKey(EllipticCurve, _context, keyBytes, keyBytes.Length));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
    }

    /// <summary>Application policies that are no ASN.1: the framework throws when it looks whether the certificate is one of a server.</summary>
    public static X509Extension Unreadable => new("1.3.6.1.4.1.311.21.10", [0x04, 0x02, 0xff, 0xff], critical: false);

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Takes the client and shakes hands with it.</summary>
    public void Accept() => Assert.True(TryAccept());

    /// <summary>The same; false: the client does not want to.</summary>
    public bool TryAccept()
    {
        _socket = _listener.Accept();
        _ssl = New(_context);
        Assert.Equal(1, SetDescriptor(_ssl, (int)_socket.Handle));
        return Accept(_ssl) == 1;
    }

    /// <summary>Waits until the client has closed the connection. False: it has not after a minute.</summary>
    public bool WaitForEnd()
    {
        byte[] buffer = new byte[4096];
        _socket!.ReceiveTimeout = 60_000;
        try
        {
            while (_socket.Receive(buffer) > 0)
            {
            }

            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    /// <summary>Updates the keys of what it sends (RFC 8446 section 4.6.3). False: the connection is over.</summary>
    public bool UpdateKeys() => UpdateKeys(_ssl, 0) == 1 && DoHandshake(_ssl) == 1;

    /// <summary>Sends something. False: the connection is over.</summary>
    public bool Write(byte[] bytes) => Write(_ssl, bytes, bytes.Length) == bytes.Length;

    public void Dispose()
    {
        Free(_ssl);
        FreeContext(_context);
        _socket?.Dispose();
        _listener.Dispose();
    }

    [LibraryImport(Library, EntryPoint = "TLS_server_method")]
    private static partial nint ServerMethod();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_use_certificate_ASN1")]
    private static partial int UseCertificate(nint context, int count, byte[] certificate);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_use_PrivateKey_ASN1")]
    private static partial int UseKey(int kind, nint context, byte[] key, nint count);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    private static partial nint New(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    private static partial void Free(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_fd")]
    private static partial int SetDescriptor(nint ssl, int fd);

    [LibraryImport(Library, EntryPoint = "SSL_accept")]
    private static partial int Accept(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_key_update")]
    private static partial int UpdateKeys(nint ssl, int type);

    [LibraryImport(Library, EntryPoint = "SSL_do_handshake")]
    private static partial int DoHandshake(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_write")]
    private static partial int Write(nint ssl, byte[] bytes, int count);
}
