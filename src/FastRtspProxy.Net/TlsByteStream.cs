using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net;

/// <summary>
/// TLS over TCP, by the framework's <see cref="SslStream"/> over a <see cref="ShardWire"/>: the handshake, which checks certificates, runs on the
/// thread pool, all else on the shard, in whose epoll alone the connection is. How much of a turn reading takes is the wire's to say.
/// </summary>
internal sealed class TlsByteStream : ByteStream
{
    private readonly Socket _socket;
    private readonly ShardWire _wire;
    private readonly SslStream _tls;
    private readonly byte[] _buffer = new byte[32 * 1024];
    private IByteSink? _sink;
    private SendQueue _queue; // mutable struct: not readonly
    private bool _sending;
    private bool _closed;

    /// <summary>Completed by the end of the pause, or of the stream; null: it is not paused.</summary>
    private TaskCompletionSource? _pause;

    private TlsByteStream(Shard shard, Socket socket, ShardWire wire, SslStream tls)
        : base(shard)
    {
        _socket = socket;
        _wire = wire;
        _tls = tls;
        Remote = (IPEndPoint)socket.RemoteEndPoint!;
        Local = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <inheritdoc/>
    public override IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public override IPEndPoint Local { get; }

    /// <inheritdoc/>
    public override int QueuedBytes => _queue.Bytes;

    /// <summary>Connects and shakes hands as a client, with SNI; the certificate is checked unless <paramref name="isInsecure"/>.</summary>
    /// <exception cref="ByteStreamException">No connection; the message says why.</exception>
    public static async Task<TlsByteStream> ConnectAsync(Shard shard, ConnectTarget target, TimeSpan limit, bool isInsecure)
    {
        string host = target.Host;
        Socket socket = await TcpConnector.ConnectAsync(shard, target, limit);
        SslPolicyErrors seen = SslPolicyErrors.None;
        string given = string.Empty;
        bool isOther = false;
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = IPAddress.TryParse(host, out IPAddress? literal) ? AddressText.ForPeer(literal) : host, // a certificate names no zone
            EnabledSslProtocols = SslProtocols.None,
            CertificateChainPolicy = ChainPolicy(target.Authorities),
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                given = Convert.ToHexStringLower(SHA256.HashData(certificate?.GetRawCertData() ?? []));
                if (target.CertificateFingerprint is { } wanted)
                {
                    isOther = given != wanted;
                    return !isOther;
                }

                seen = errors;
                return isInsecure || errors == SslPolicyErrors.None;
            },
        };
        return await HandshakeAsync(shard, socket, limit, (tls, cancel) => tls.AuthenticateAsClientAsync(options, cancel), e =>
            isOther
                ? new ByteStreamException(
                    ConnectFailure.CertificateRefused,
                    $"the certificate of {target.Shown} has the SHA-256 fingerprint {given}, and that is not the one that was given for it",
                    e)
            : e is CryptographicException
                ? new ByteStreamException(
                    ConnectFailure.CertificateRefused,
                    $"the certificate of {target.Shown} cannot be read ({e.Message}), so that it cannot be taken by its fingerprint or with "
                        + "--insecure-tls either: it is damaged, and the camera needs another one",
                    e)
            : seen == SslPolicyErrors.None
                ? new ByteStreamException(ConnectFailure.TlsFailed, $"TLS with {target.Shown} failed: {Cause(e)}", e)
                : new ByteStreamException(
                    ConnectFailure.CertificateRefused,
                    $"the certificate of {target.Shown} is not trusted ({Words(seen)}); install its authority, or take this one by its SHA-256 "
                        + $"fingerprint (tls.fingerprint: {given}), or use --insecure-tls",
                    e));
    }

    /// <summary>The framework's sentence refers to its inner exception, and that one to its own, which has OpenSSL's words.</summary>
    internal static string Cause(Exception e) => Printable.Line(e.GetBaseException().Message.ReplaceLineEndings(" "));

    private static string Words(SslPolicyErrors seen) => seen switch
    {
        _ when (seen & SslPolicyErrors.RemoteCertificateNotAvailable) != 0 => "there is none",
        SslPolicyErrors.RemoteCertificateNameMismatch => "it is for another name",
        SslPolicyErrors.RemoteCertificateChainErrors => "no authority that this machine knows vouches for it, or it has expired",
        _ => "it is for another name, and no authority that this machine knows vouches for it",
    };

    /// <summary>Shakes hands as a server on an accepted socket.</summary>
    /// <exception cref="ByteStreamException">No agreement.</exception>
    public static Task<TlsByteStream> AcceptAsync(Shard shard, Socket socket, X509Certificate2 certificate, TimeSpan limit)
    {
        SslServerAuthenticationOptions options = new() { ServerCertificate = certificate };
        return HandshakeAsync(shard, socket, limit, (tls, cancel) => tls.AuthenticateAsServerAsync(options, cancel), e =>
            new ByteStreamException(ConnectFailure.TlsFailed, $"TLS with {socket.RemoteEndPoint} failed: {Cause(e)}", e));
    }

    /// <summary>
    /// How a peer's certificate is checked: by what the peer sent and what the machine trusts. Missing issuers are not fetched from the addresses
    /// that a certificate names (RFC 5280, 4.2.2.1): the framework would do so on the thread that waits for all sockets, and block it, and a camera
    /// could have us ask any server that it likes.
    /// </summary>
    /// <param name="authorities">Trusted in the place of those of the machine; null: the machine's are.</param>
    internal static X509ChainPolicy ChainPolicy(X509Certificate2Collection? authorities = null)
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    /// <inheritdoc/>
    public override void Start(IByteSink sink)
    {
        _sink = sink;
        _wire.RunOnShard();
        ReadLoop();
    }

    /// <inheritdoc/>
    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_closed || !_queue.TryAppend(bytes, SendQueueBytes))
        {
            return false;
        }

        if (!_sending)
        {
            WriteLoop();
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Pause()
    {
        if (!_closed)
        {
            _pause ??= new TaskCompletionSource();
        }
    }

    /// <inheritdoc/>
    public override void Resume()
    {
        TaskCompletionSource? pause = _pause;
        _pause = null;
        pause?.TrySetResult();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (!_closed)
        {
            _closed = true;
            Resume();
            _queue.Clear();
            _wire.End(new IOException("closed"));
            _tls.Dispose();
            _socket.Dispose();
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(Linux.EpollEvents events)
    {
        // Its wire is in the shard's epoll.
    }

    private static async Task<TlsByteStream> HandshakeAsync(
        Shard shard, Socket socket, TimeSpan limit, Func<SslStream, CancellationToken, Task> handshake, Func<Exception, ByteStreamException> refusal)
    {
        ShardWire wire = new(shard, SocketSetup.Fd(socket));
        SslStream tls = new(wire);
        using CancellationTokenSource cancel = new(limit, shard.Time);
        await using CancellationTokenRegistration end = cancel.Token.UnsafeRegister(
            static wire => _ = ((ShardWire)wire!).EndAsync(new IOException("the time is over")), wire);
        try
        {
            socket.NoDelay = true;
            await handshake(tls, cancel.Token);
            return new TlsByteStream(shard, socket, wire, tls);
        }
        catch (Exception e) when (e is OperationCanceledException || (e is AuthenticationException or IOException && cancel.IsCancellationRequested))
        {
            await CloseAsync();
            throw new ByteStreamException(ConnectFailure.TimedOut, $"no TLS handshake within {limit.TotalSeconds:0.#} s", e);
        }
        catch (Exception e)
        {
            // Whatever it is, the descriptor is to be given back: of a certificate that it cannot read the framework throws what it throws of a file.
            ByteStreamException refused = refusal(e);
            await CloseAsync();
            throw refused;
        }

        async Task CloseAsync()
        {
            await wire.EndAsync(new IOException("closed")); // before the descriptor may be another's
            await tls.DisposeAsync();
            socket.Dispose();
        }
    }

    /// <summary>On the shard throughout: there its wire completes what it waits for, and it goes on then and there.</summary>
    private async void ReadLoop()
    {
        SocketError end = SocketError.Success;
        try
        {
            while (!_closed)
            {
                if (_pause is { } pause)
                {
                    await pause.Task; // with the shard's context: without it what follows would leave the shard
                    continue;
                }

                int count = await _tls.ReadAsync(_buffer).ConfigureAwait(false);
                if (count == 0 || _closed)
                {
                    break;
                }

                _wire.NoteDecrypted();
                _sink!.OnBytes(_buffer.AsSpan(0, count));
                if (!_closed)
                {
                    _sink.OnBatchEnd();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or SocketException)
        {
            end = e.InnerException is SocketException cause ? cause.SocketErrorCode : SocketError.ConnectionReset;
        }
        catch (Exception e)
        {
            // The sink failed on the bytes: the stream ends, and the sink is told.
            NetLog.ShardWorkFailed(Shard.Log, Shard.Index, e);
            end = SocketError.SocketError;
        }

        if (!_closed)
        {
            Close();
            _sink!.OnClosed(end);
        }
    }

    private async void WriteLoop()
    {
        _sending = true;
        try
        {
            while (!_closed && _queue.Bytes > 0)
            {
                byte[] bytes = _queue.View.ToArray();
                _queue.Clear();
                await _tls.WriteAsync(bytes);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or SocketException)
        {
            // The read loop sees the end of the connection and says it once.
        }

        _sending = false;
    }
}
