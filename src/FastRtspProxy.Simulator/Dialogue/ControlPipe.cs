#pragma warning disable RS0030 // inside Outbound
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using FastRtspProxy.Net;
using Pipelines.Sockets.Unofficial;

namespace FastRtspProxy.Simulator.Dialogue;

/// <summary>
/// One control connection as a duplex pipe, in the clear or over TLS: whoever reads and writes does not see which. In the clear it is a
/// <see cref="SocketConnection"/>, which reads by zero-length reads and holds no memory while nothing comes; over TLS the <see cref="SslStream"/>
/// becomes a pipe by <see cref="StreamConnection"/>. Not a SocketConnection below that stream: when it is aborted, the stream between the two throws
/// where nobody can catch it, and the process ends (2.2.16).
/// </summary>
internal sealed class ControlPipe : IDuplexPipe, IDisposable
{
    /// <summary>Waits go on on the thread pool, whoever waited.</summary>
    private static readonly PipeOptions s_options = new(useSynchronizationContext: false);

    private readonly Socket _socket;

    /// <summary>The <see cref="SocketConnection"/>, or over TLS the <see cref="SslStream"/>.</summary>
    private readonly IDisposable _connection;

    /// <summary>What is read and written: <see cref="_connection"/> itself, or what was made of it.</summary>
    private readonly IDuplexPipe _pipe;

    private ControlPipe(Socket socket, IDisposable connection, IDuplexPipe pipe)
    {
        _socket = socket;
        _connection = connection;
        _pipe = pipe;
        Local = ((IPEndPoint)socket.LocalEndPoint!).Unmapped();
        Remote = ((IPEndPoint)socket.RemoteEndPoint!).Unmapped();
    }

    /// <summary>Our end.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The server.</summary>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public PipeReader Input => _pipe.Input;

    /// <inheritdoc/>
    public PipeWriter Output => _pipe.Output;

    /// <summary>Connects to the first address of the name that answers.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="tls">Over TLS, and whose certificate is taken; null: in the clear.</param>
    /// <param name="limit">The time for all of it.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="TimeoutException">Nobody answers.</exception>
    /// <exception cref="SocketException">No connection.</exception>
    /// <exception cref="IOException">TLS: no agreement, or a certificate that is not trusted.</exception>
    public static async Task<ControlPipe> ConnectAsync(string host, int port, TlsTrust? tls, TimeSpan limit, CancellationToken cancel)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        linked.CancelAfter(limit);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // The system's own way to connect to a name blocks a pool thread for as long as the name server likes.
            IPAddress[] addresses = await NameLookup.Cameras.TryResolve(host)!.WaitAsync(linked.Token);
            return await Outbound.RunAsync(async () =>
            {
                await socket.ConnectAsync(addresses, port, linked.Token);
                SocketConnection.SetRecommendedClientOptions(socket);
                if (tls is { } trust)
                {
                    SslStream stream = await HandshakeAsync(socket, host, trust, linked.Token);
                    return new ControlPipe(socket, stream, StreamConnection.GetDuplex(stream, s_options));
                }

                SocketConnection connection = SocketConnection.Create(socket, s_options, SocketConnectionOptions.ZeroLengthReads);
                return new ControlPipe(socket, connection, connection);
            });
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"no answer from {AddressText.WithPort(host, port)} within {limit.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next bytes; the caller advances the reader behind what it has used.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancel)
    {
        try
        {
            return await Input.ReadAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is SocketException inner)
        {
            throw inner; // the pipe's own words for it, and SslStream's around those
        }
        catch (IOException e) when (e.InnerException?.InnerException is SocketException inner)
        {
            throw inner;
        }
        catch (ConnectionAbortedException)
        {
            throw new SocketException((int)SocketError.ConnectionAborted); // it is an OperationCanceledException, which says something else here
        }
    }

    public void Dispose()
    {
        Output.Complete();
        Input.Complete();
        _socket.Dispose(); // first: the end of the stream would wait for a peer that does not read
        _connection.Dispose();
    }

    private static async Task<SslStream> HandshakeAsync(Socket socket, string host, TlsTrust trust, CancellationToken cancel)
    {
        SslPolicyErrors seen = SslPolicyErrors.None;
        SslStream tls = new(new NetworkStream(socket));
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = host,
            CertificateChainPolicy = TlsByteStream.ChainPolicy(),
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                seen = errors;
                return trust == TlsTrust.Anybody || errors == SslPolicyErrors.None;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancel);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or CryptographicException) // the latter for a certificate that cannot be read
        {
            await tls.DisposeAsync();
            throw new IOException(
                seen == SslPolicyErrors.None
                    ? "TLS failed: " + TlsByteStream.Cause(e)
                    : $"the certificate is not trusted ({seen}); install its authority, or use --insecure-tls",
                e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
