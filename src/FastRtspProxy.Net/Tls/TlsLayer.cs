using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// TLS of a front-end connection after its handshake. All of it runs on the connection's shard, in the calls of its <see cref="ControlStream"/>: what
/// is sent is encrypted in records of up to 16 KiB, a frame a record where it fits, and goes to the kernel at once; what comes is decrypted in the
/// input's turn.
/// </summary>
internal sealed class TlsLayer : IDisposable
{
    private readonly SslStream _tls;
    private readonly TlsWire _wire;

    /// <param name="tls">Its handshake is done.</param>
    /// <param name="wire">Its inner stream.</param>
    public TlsLayer(SslStream tls, TlsWire wire)
    {
        _tls = tls;
        _wire = wire;
    }

    /// <inheritdoc cref="TlsWire"/>
    public TlsWire Wire => _wire;

    /// <summary>
    /// Done when something is decrypted, or nothing more will come; holds no buffer while the peer is silent. Before <see cref="Read"/>, every time.
    /// </summary>
    public ValueTask<int> WaitAsync() => _tls.ReadAsync(Memory<byte>.Empty);

    /// <summary>What is decrypted, after <see cref="WaitAsync"/>; 0: the end.</summary>
    public int Read(ArraySegment<byte> room) => _tls.Read(room.Array!, room.Offset, room.Count);

    /// <summary>
    /// Bytes that are no TLS, an alert, a connection that breaks in a record, or one that we closed meanwhile. After a record that it could not
    /// decrypt OpenSSL refuses to say good-bye as well, which the framework does not wrap.
    /// </summary>
    public static bool IsOfPeer(Exception e) =>
        e is IOException or AuthenticationException or InvalidOperationException or CryptographicException;

    /// <summary>One record of the scratch's plain bytes, to the wire.</summary>
    public void Encrypt(TlsScratch scratch, int bytes) => _tls.Write(scratch.Plain, 0, bytes);

    /// <summary>Tells the peer that nothing more comes (close_notify, RFC 8446 section 6.1).</summary>
    public void SayEnd() => _ = _tls.ShutdownAsync();

    /// <summary>A read that is under way ends first.</summary>
    public void Dispose()
    {
        while (_wire.IsReading)
        {
            _wire.Supply(0); // told of bytes first, it asks for them, and then sees the end
        }

        _tls.Dispose();
    }
}
