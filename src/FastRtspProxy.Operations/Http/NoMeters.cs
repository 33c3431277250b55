using System.Diagnostics.Metrics;

namespace FastRtspProxy.Operations.Http;

/// <summary>Kestrel's meters, to which nobody listens.</summary>
internal sealed class NoMeters : IMeterFactory
{
    /// <inheritdoc/>
    public Meter Create(MeterOptions options) => new(options);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
