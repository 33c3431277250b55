using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The certificates of the ports that viewers reach by TLS. It knows files and names, not configurations: it reads pairs of files, tells which of
/// them a handshake shows, and puts others in their place while connections that are open live on with what they were opened with. What cannot be
/// used is told in a sentence and never replaces what could. In the last <see cref="DaysOfWarning"/> days of a certificate it says so once a day.
/// </summary>
internal sealed class ServerCertificates : IDisposable
{
    /// <summary>Certificates of 90 days are renewed 30 days before their end: at 14 the renewal has failed for two weeks.</summary>
    public const int DaysOfWarning = 14;

    private static readonly TimeSpan s_look = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_between = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _timer;

    /// <summary>Whoever holds it may read files, put another set in place, and say something: one at a time.</summary>
    private readonly Lock _turn = new();

    /// <summary>When the end of a certificate was said last, by its fingerprint. Under the lock.</summary>
    private readonly Dictionary<string, DateTimeOffset> _said = new(StringComparer.Ordinal);

    /// <summary>Written under the lock; read by handshakes without it, and volatile for them: a set is whole before it can be seen.</summary>
    private volatile CertificateSet _set;


    private ServerCertificates(CertificateSet set, TimeProvider time, ILogger log)
    {
        _set = set;
        _time = time;
        _log = log;
        SayEnds();
        _timer = time.CreateTimer(static self => ((ServerCertificates)self!).SayEnds(), this, s_look, s_look);
    }

    /// <summary>As they are now, in the order in which they were named.</summary>
    public IReadOnlyList<CertificateState> States => _set.States;

    /// <summary>The pairs that they were read from.</summary>
    public IReadOnlyList<CertificateFiles> Files => _set.Files;

    /// <summary>The versions of TLS that are spoken.</summary>
    public SslProtocols Protocols => _set.Protocols;

    /// <summary>Why a pair cannot be shown to viewers at this moment; null: it can. On a thread that may wait for files.</summary>
    public static CertificateException? FaultOf(CertificateFiles files, DateTimeOffset now)
    {
        try
        {
            ServerCertificate.Load(files).CheckTime(now);
            return null;
        }
        catch (CertificateException fault)
        {
            return fault;
        }
    }

    /// <summary>Reads them; before there are sockets, or on the thread pool.</summary>
    /// <param name="files">One pair at least; the first is for whoever names none of the others.</param>
    /// <param name="protocols">The versions of TLS that are spoken.</param>
    /// <param name="time">Tells whether they are valid, and when their end is to be said.</param>
    /// <param name="log">Hears of their end.</param>
    /// <exception cref="CertificateException">One of them cannot be shown to viewers.</exception>
    public static ServerCertificates Load(IReadOnlyList<CertificateFiles> files, SslProtocols protocols, TimeProvider time, ILogger log) =>
        new(CertificateSet.Load(files, protocols, time.GetUtcNow()), time, log);

    /// <summary>What a handshake is done with. Many handshakes share it; nobody changes it. Any thread.</summary>
    /// <param name="serverName">The name in the client's hello; null or empty: there was none.</param>
    public SslServerAuthenticationOptions OptionsFor(string? serverName) => _set.OptionsFor(serverName);

    /// <summary>Reads the same files again; on the thread pool.</summary>
    /// <param name="problem">Why what was there stays; null: what the files hold counts from the next handshake on.</param>
    public bool TryReload(out string? problem)
    {
        lock (_turn)
        {
            return TryPut(_set.Files, _set.Protocols, out problem);
        }
    }

    /// <summary>As <see cref="TryReload"/>, with other files or other versions of TLS.</summary>
    public bool TryChange(IReadOnlyList<CertificateFiles> files, SslProtocols protocols, out string? problem)
    {
        lock (_turn)
        {
            return TryPut(files, protocols, out problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private bool TryPut(IReadOnlyList<CertificateFiles> files, SslProtocols protocols, out string? problem)
    {
        CertificateSet next;
        try
        {
            next = CertificateSet.Load(files, protocols, _time.GetUtcNow());
        }
        catch (CertificateException cause)
        {
            problem = cause.Message;
            return false;
        }

        problem = null;
        bool isOther = next.DiffersFrom(_set);
        if (isOther)
        {
            foreach (CertificateState state in next.States)
            {
                NetLog.CertificateTaken(_log, state.Title, state.File, state.NotAfter);
            }
        }

        if (isOther || next.Protocols != _set.Protocols)
        {
            _set = next;
        }

        SayEnds();
        return true;
    }

    /// <summary>One line a day for each certificate that ends soon, or has ended: names, file and days.</summary>
    private void SayEnds()
    {
        lock (_turn)
        {
            DateTimeOffset now = _time.GetUtcNow();
            foreach (ServerCertificate certificate in _set.Certificates)
            {
                CertificateState state = certificate.State;
                int days = state.DaysLeft(now);
                bool isSaid = _said.TryGetValue(certificate.Fingerprint, out DateTimeOffset last) && now - last < s_between;
                if (isSaid || state.NotAfter - now > TimeSpan.FromDays(DaysOfWarning))
                {
                    continue;
                }

                _said[certificate.Fingerprint] = now;
                if (now > state.NotAfter)
                {
                    NetLog.CertificateEnded(_log, state.Title, state.File, state.NotAfter);
                }
                else
                {
                    NetLog.CertificateEnds(_log, state.Title, state.File, state.NotAfter, days);
                }
            }
        }
    }
}
