using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Reload;

internal sealed class EngineTarget(ProxyEngine engine, Action<ProxyConfig> program) : IReloadTarget
{
    public IReadOnlyList<string> Objections(ConfigDifference difference) => [];

    public Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
    {
        program(difference.Result);
        GC.KeepAlive(engine);
        return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
    }
}
