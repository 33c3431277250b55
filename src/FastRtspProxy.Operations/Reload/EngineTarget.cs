using FastRtspProxy.Engine;
using FastRtspProxy.Net.Tls;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;

namespace FastRtspProxy.Operations.Reload;

/// <summary>The running engine, and what of the program goes by the configuration.</summary>
/// <param name="engine">The engine.</param>
/// <param name="http">The HTTP server, where there can be one.</param>
/// <param name="program">Sets what is the program's own: the log, the end.</param>
/// <param name="time">Tells whether certificates are valid.</param>
/// <param name="real">A stream as it is to be run: that of the built-in camera has another URL than the configuration can know.</param>
internal sealed class EngineTarget(
    ProxyEngine engine, HttpHost? http, Action<ProxyConfig> program, TimeProvider time, Func<StreamOptions, StreamOptions> real) : IReloadTarget
{
    /// <summary>The key, in front of what is said of its files.</summary>
    private const string CertificatesKey = "rtsps.certificates";

    /// <inheritdoc/>
    public IReadOnlyList<string> Objections(ConfigDifference difference)
    {
        ProxyOptions next = EngineOptions.Of(difference.Result);
        IEnumerable<string> streams = engine.Validate(next with { Streams = [.. next.Streams.Select(real)] }).Select(static problem => problem.Text);
        return [.. streams, .. next.AccessInForce.Defects(), .. next.Limits.Problems, .. CertificateFaults(next)];
    }

    /// <summary>
    /// What has to be listened to is opened first, while nothing is changed. What goes is gone before its rule is, and what comes has its rule before
    /// it is there: at no moment can a stream be watched by whom neither configuration lets.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
    {
        ProxyConfig config = difference.Result;
        ProxyOptions options = EngineOptions.Of(config);
        try
        {
            using SecureSideChange secure = await engine.PrepareSecureAsync(options);
            await using HttpHostChange addresses = http is null ? HttpHostChange.None : await http.PrepareAsync(config.Http);
            return await ApplyAsync(difference, options, secure, addresses);
        }
        catch (ProxyStartException cause)
        {
            throw new ReloadRefusedException(cause.Message);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> ApplyAsync(
        ConfigDifference difference, ProxyOptions options, SecureSideChange secure, HttpHostChange addresses)
    {
        ProxyConfig config = difference.Result;
        http?.Server?.Tighten(config.Http);
        await Task.WhenAll(difference.Removed.Select(stream => engine.Streams.RemoveAsync(stream.Name)));
        engine.ChangeAccess(EngineOptions.Of(Careful(difference, static _ => true)).AccessInForce);
        engine.ChangeLimits(options.Limits);
        engine.ChangeRegistered(options);
        engine.ChangeWebSocket(options.WebSocket);
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
        if (HasOtherCertificates(options) && !engine.Certificates!.TryChange(options.Certificates, options.TlsProtocols, out string? problem))
        {
            failed[CertificatesKey] = $"{CertificatesKey}: {problem}";
        }

        secure.Make();
        addresses.Make();
        program(config);
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

        engine.ChangeAccess(EngineOptions.Of(Careful(difference, failed.ContainsKey)).AccessInForce);
        return failed;
    }

    /// <summary>
    /// The configuration in which a stream that gets another camera together with other viewers is watched by those alone whom both let: until its
    /// camera is the new one, and where that cannot be had.
    /// </summary>
    private static ProxyConfig Careful(ConfigDifference difference, Predicate<string> isUnderWay)
    {
        Dictionary<string, StreamChange> both = difference.Remade
            .Where(change => change.Old.Allow != change.New.Allow && isUnderWay(change.New.Name))
            .ToDictionary(static change => change.New.Name, StringComparer.Ordinal);
        return both.Count == 0 ? difference.Result : difference.Result with
        {
            Streams =
            [
                .. difference.Result.Streams.Select(stream =>
                    both.TryGetValue(stream.Name, out StreamChange? change) ? stream with { Allow = stream.Allow.And(change.Old.Allow) } : stream),
            ],
        };
    }

    /// <summary>
    /// Files that the configuration names newly, or has a use for at last, have to be right. Those that it had before are not judged here: they are
    /// read as they change, and one that is half written, or has expired, is no reason to leave everything else as it was.
    /// </summary>
    private IEnumerable<string> CertificateFaults(ProxyOptions next)
    {
        bool areFirst = engine.Certificates is null && (next.RtspsPorts.Count > 0 || next.NeedsCertificates);
        if (!areFirst && !HasOtherCertificates(next))
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

    /// <summary>Where there are none yet, they are read while the change is prepared.</summary>
    private bool HasOtherCertificates(ProxyOptions next) =>
        engine.Certificates is { } now && next.Certificates.Count > 0
            && (!now.Files.SequenceEqual(next.Certificates) || now.Protocols != next.TlsProtocols);
}
