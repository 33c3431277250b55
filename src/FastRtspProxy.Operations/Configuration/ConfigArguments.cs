using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>
/// What the command line says beside the file. It wins: it is read after the file, and before the streams, which begin with the defaults.
/// </summary>
/// <param name="Settings">What long options say, as a section like the file's; null: nothing.</param>
/// <param name="Apply">What short options and URLs say. The streams of the file are not in it yet.</param>
internal sealed record ConfigArguments(ConfigMap? Settings, Func<ProxyConfig, ProxyConfig> Apply)
{
    public static ConfigArguments None { get; } = new(null, static config => config);
}
