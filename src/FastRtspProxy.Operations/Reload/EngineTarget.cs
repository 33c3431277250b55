using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Reload;

/// <summary>The running engine, and what of the program goes by the configuration.</summary>
/// <param name="engine">The engine.</param>
/// <param name="program">Sets what is the program's own: the log, the end.</param>
/// <param name="time">Tells whether certificates are valid.</param>
/// <param name="real">A stream as it is to be run: that of the built-in camera has another URL than the configuration can know.</param>
internal sealed class EngineTarget(
    ProxyEngine engine, Action<ProxyConfig> program, TimeProvider time, Func<StreamOptions, StreamOptions> real) : IReloadTarget
{
    /// <summary>The key, in front of what is said of its files.</summary>
    private const string CertificatesKey = "rtsps.certificates";

    /// <inheritdoc/>
    public IReadOnlyList<string> Objections(ConfigDifference difference)
    {
        ProxyOptions next = EngineOptions.Of(difference.Result);
        IEnumerable<string> streams = engine.Streams.Validate([.. next.Streams.Select(real)]).Select(static problem => problem.Text);
        return [.. streams, .. next.AccessInForce.Defects(), .. next.Limits.Problems, .. CertificateFaults(next)];
    }

    /// <summary>
    /// What goes is gone before its rule is, and what comes has its rule before it is there: at no moment can a stream be watched by whom neither
    /// configuration lets.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
    {
        ProxyConfig config = difference.Result;
        ProxyOptions options = EngineOptions.Of(config);
        program(config);
        await Task.WhenAll(difference.Removed.Select(stream => engine.Streams.RemoveAsync(stream.Name)));
        engine.ChangeAccess(options.AccessInForce);
        engine.ChangeLimits(options.Limits);
        engine.ChangeRegistered(options);
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
        if (HasOtherCertificates(options) && !engine.Certificates!.TryChange(options.Certificates, options.TlsProtocols, out string? problem))
        {
            failed[CertificatesKey] = $"{CertificatesKey}: {problem}";
        }

        HashSet<string> present = [.. engine.Streams.Snapshot.Select(static stream => stream.Name)];
        foreach (StreamConfig stream in difference.Added.Concat(difference.Remade.Concat(difference.Adjusted).Select(static change => change.New)))
        {
            StreamOptions wanted = real(EngineOptions.StreamOf(stream, config));
            try
            {
                await (present.Contains(stream.Name) ? engine.Streams.ChangeAsync(wanted) : engine.Streams.AddAsync(wanted));
            }
            catch (StreamException e)
            {
                failed[stream.Name] = e.Message;
            }
        }

        return failed;
    }

    /// <summary>
    /// Files that the configuration names newly have to be right. Those that it had before are not judged here: they are read as they change, and one
    /// that is half written, or has expired, is no reason to leave everything else as it was.
    /// </summary>
    private IEnumerable<string> CertificateFaults(ProxyOptions next)
    {
        if (!HasOtherCertificates(next))
        {
            yield break;
        }

        for (int i = 0; i < next.Certificates.Count; i++)
        {
            if (ServerCertificates.FaultOf(next.Certificates[i], time.GetUtcNow()) is { } fault)
            {
                yield return $"{CertificatesKey}[{i}]: {fault.Message}";
            }
        }
    }

    /// <summary>A port that is gone from the configuration is served until the restart that it needs, with the certificates that it has.</summary>
    private bool HasOtherCertificates(ProxyOptions next) =>
        engine.Certificates is { } now && next.Certificates.Count > 0
            && (!now.Files.SequenceEqual(next.Certificates) || now.Protocols != next.TlsProtocols);
}
