using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What is said on standard error, and how.</summary>
internal sealed record LogConfig
{
    public LogLevel Level { get; init; } = LogLevel.Information;

    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <inheritdoc cref="AddressDetail"/>
    public AddressDetail Addresses { get; init; } = AddressDetail.Full;
}
