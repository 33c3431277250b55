using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Reload;

/// <summary>The running engine, and what of the program goes by the configuration.</summary>
/// <param name="engine">The engine.</param>
/// <param name="program">Sets what is the program's own: the log, the end.</param>
internal sealed class EngineTarget(ProxyEngine engine, Action<ProxyConfig> program) : IReloadTarget
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Objections(ConfigDifference difference)
    {
        ProxyOptions next = EngineOptions.Of(difference.Result);
        IEnumerable<string> streams = engine.Streams.Validate(next.Streams).Select(static problem => problem.Text);
        return [.. streams, .. next.AccessInForce.Defects(), .. next.Limits.Problems];
    }

    /// <summary>Rights first: a new stream is never there without the rule of who may watch it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
    {
        ProxyConfig config = difference.Result;
        ProxyOptions options = EngineOptions.Of(config);
        program(config);
        engine.ChangeAccess(options.AccessInForce);
        engine.ChangeLimits(options.Limits);
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
        foreach (StreamConfig stream in difference.Removed)
        {
            await engine.Streams.RemoveAsync(stream.Name);
        }

        foreach (StreamConfig stream in difference.Added)
        {
            await TryAsync(stream, () => engine.Streams.AddAsync(EngineOptions.StreamOf(stream, config)), failed);
        }

        foreach (StreamChange change in difference.Remade.Concat(difference.Adjusted))
        {
            await TryAsync(change.New, () => engine.Streams.ChangeAsync(EngineOptions.StreamOf(change.New, config)), failed);
        }

        return failed;
    }

    private static async Task TryAsync(StreamConfig stream, Func<Task> change, Dictionary<string, string> failed)
    {
        try
        {
            await change();
        }
        catch (StreamException e)
        {
            failed[stream.Name] = e.Message;
        }
    }
}
