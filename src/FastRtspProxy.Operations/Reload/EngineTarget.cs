using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Reload;

/// <summary>The running engine, and what of the program goes by the configuration.</summary>
/// <param name="engine">The engine.</param>
/// <param name="program">Sets what is the program's own: the log, the end.</param>
/// <param name="real">A stream as it is to be run: that of the built-in camera has another URL than the configuration can know.</param>
internal sealed class EngineTarget(ProxyEngine engine, Action<ProxyConfig> program, Func<StreamOptions, StreamOptions> real) : IReloadTarget
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Objections(ConfigDifference difference)
    {
        ProxyOptions next = EngineOptions.Of(difference.Result);
        IEnumerable<string> streams = engine.Streams.Validate([.. next.Streams.Select(real)]).Select(static problem => problem.Text);
        return [.. streams, .. next.AccessInForce.Defects(), .. next.Limits.Problems];
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
        HashSet<string> present = [.. engine.Streams.Snapshot.Select(static stream => stream.Name)];
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
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
}
