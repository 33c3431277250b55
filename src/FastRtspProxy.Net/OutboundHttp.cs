using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net;

/// <summary>
/// How we ask servers that the user named: that host and nobody else. No redirect is followed, no proxy of the environment is used, no cookie is
/// kept. The name is looked up by <see cref="NameLookup"/>, because the framework's own look-up blocks a thread of the pool.
/// </summary>
internal static class OutboundHttp
{
    /// <summary>
    /// A connection may say nothing for days and be needed all the same (the watch of an etcd): a firewall that forgets silent ones hears of it, and
    /// one whose peer has vanished ends.
    /// </summary>
    private static readonly KeepAlive s_keepAlive = new(30, 10, 3);

    /// <param name="url">The host; every request goes there, whatever it says.</param>
    /// <param name="connect">A connection is waited for so long.</param>
    /// <param name="connections">As many at once.</param>
    public static SocketsHttpHandler HandlerTo(Uri url, TimeSpan connect, int connections) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = (_, cancel) => ConnectAsync(url.IdnHost, url.Port, cancel),
        ConnectTimeout = connect,
        MaxConnectionsPerServer = connections,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // a name may mean another address by then
        MaxResponseHeadersLength = 16,
    };

    /// <summary>
    /// Why a request failed, in one line. The framework's sentences about TLS and broken connections refer to their inner exceptions; of a connection
    /// that cannot be made its own sentence has the address.
    /// </summary>
    public static string Cause(Exception e) => e.InnerException is null or SocketException ? Printable.Line(e.Message) : TlsByteStream.Cause(e);

    /// <summary>Each address of the name in turn; what cancels the request ends the attempt. Inside <see cref="Outbound"/>.</summary>
    /// <exception cref="IOException">Too many names are being looked up.</exception>
    /// <exception cref="SocketException">No address answers, or there is none.</exception>
    public static async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        Task<IPAddress[]> lookUp = NameLookup.Servers.TryResolve(host) ?? throw new IOException("too many names are being looked up");
        SocketException? failure = null;
        foreach (IPAddress address in await lookUp.WaitAsync(cancel))
        {
            Socket? socket = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }; // fails where there is no IPv6
                await socket.ConnectAsync(new IPEndPoint(address, port), cancel);
                SocketSetup.SetKeepAlive(SocketSetup.Fd(socket), s_keepAlive);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                failure = e;
                socket?.Dispose();
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}
