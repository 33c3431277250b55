using FastRtspProxy.Net.Tls;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Reload;

/// <summary>
/// Takes renewed certificates while everything goes on: when one of their files has changed and rests, and when it is asked to. Files that do not go
/// together (a certificate is there, its key not yet; a file is half written) leave everything as it was: that is said once, and tried again at the
/// next change, and every ten seconds.
/// </summary>
internal sealed class CertificateReload : IAsyncDisposable
{
    /// <summary>What no change of a file tells: a clock that is set right, a certificate whose time has come, a disk that answers again.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    private readonly FileWatch _watch;
    private readonly ITimer _retry;

    /// <summary>Set by <see cref="Start"/>, before the watch begins; its task alone uses them.</summary>
    private Func<ServerCertificates?> _certificates = static () => null;
    private ILogger? _log;

    /// <summary>What was said of the last attempt; null: it succeeded. The watch's task alone.</summary>
    private string? _said;

    public CertificateReload(TimeProvider time)
    {
        _watch = new FileWatch(time);
        _retry = time.CreateTimer(static watch => ((FileWatch)watch!).OnHangUp(), _watch, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads the files again; before <see cref="Start"/> it is kept. Any thread, a signal's too.</summary>
    public void Ask() => _watch.OnHangUp();

    /// <summary>
    /// Begins to look, once. A file that has changed since the certificates were read is read again.
    /// </summary>
    /// <param name="certificates">Those of the moment; null: there are none, until it is asked again (<see cref="Ask"/>).</param>
    /// <param name="log">Hears of what cannot be used.</param>
    public void Start(Func<ServerCertificates?> certificates, ILogger log)
    {
        (_certificates, _log) = (certificates, log);
        _watch.OnHangUp();
        _watch.Start([], _ => Task.FromResult<IReadOnlyList<FileStamp>>(Read()));
    }

    /// <summary>From now on nothing is read again. Any thread.</summary>
    public void Stop() => _watch.Stop();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _retry.DisposeAsync();
        await _watch.DisposeAsync();
    }

    /// <summary>Each file as it was just before it was read: one that changes meanwhile has changed.</summary>
    private FileStamp[] Read()
    {
        if (_certificates() is not { } certificates)
        {
            _said = null;
            return [];
        }

        FileStamp[] stamps =
            [.. certificates.Files.SelectMany(static pair => (string[])[pair.Certificate, pair.KeyFile]).Distinct().Select(FileStamp.Of)];
        if (certificates.TryReload(out string? problem))
        {
            _said = null;
            return stamps;
        }

        if (problem != _said)
        {
            ReloadLog.CertificatesKept(_log!, problem!);
            _said = problem;
        }

        _retry.Change(s_retry, Timeout.InfiniteTimeSpan);
        return stamps;
    }
}
