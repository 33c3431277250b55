using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Output;

/// <summary>
/// What is logged, and how. Each of them is changed while it runs, by whoever reloads; a line that is being written meanwhile has the one or the
/// other.
/// </summary>
internal sealed class LogStyle
{
    private volatile LogLevel _level = LogLevel.Information;
    private volatile LogFormat _format;
    private volatile AddressDetail _addresses;

    private volatile LogHistory? _history;

    /// <summary>Where lines are kept beside; null: nowhere.</summary>
    public LogHistory? History
    {
        get => _history;
        set => _history = value;
    }

    /// <summary>Messages below it are not logged.</summary>
    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    /// <inheritdoc cref="LogFormat"/>
    public LogFormat Format
    {
        get => _format;
        set => _format = value;
    }

    /// <inheritdoc cref="AddressDetail"/>
    public AddressDetail Addresses
    {
        get => _addresses;
        set => _addresses = value;
    }

    /// <summary>All three, as a configuration says.</summary>
    public void Set(LogConfig log)
    {
        Level = log.Level;
        Format = log.Format;
        Addresses = log.Addresses;
    }
}
