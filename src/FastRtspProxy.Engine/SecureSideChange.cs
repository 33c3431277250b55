using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Engine;

/// <summary>What a reload does to those who come by TLS, prepared: the port is open, the certificates are read. Made, or given back.</summary>
/// <param name="port">The port.</param>
/// <param name="next">The certificates afterwards.</param>
/// <param name="now">Those of this moment.</param>
/// <param name="put">Puts them in place.</param>
internal sealed class SecureSideChange(SecurePortChange port, ServerCertificates? next, ServerCertificates? now, Action put) : IDisposable
{
    private bool _isMade;

    /// <summary>Certificates first: the first client of a new port finds them.</summary>
    public void Make()
    {
        _isMade = true;
        put();
        port.Make();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        port.Dispose();
        if (!_isMade && !ReferenceEquals(next, now))
        {
            next?.Dispose();
        }
    }
}
