using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration;

/// <summary>What came of a reading.</summary>
/// <param name="Config">Null when there is an error.</param>
/// <param name="Remarks">Errors first, then warnings, each in the order of the file.</param>
/// <param name="File">As it was named; null: there was none.</param>
internal sealed record LoadedConfig(ProxyConfig? Config, IReadOnlyList<ConfigRemark> Remarks, string? File)
{
    /// <summary>One line for each remark.</summary>
    public IEnumerable<string> Lines => Remarks.Select(remark => remark.Line(File));
}
