namespace FastRtspProxy.Output;

/// <summary>How log messages are written.</summary>
internal enum LogFormat
{
    /// <summary>Plain lines: no time, no level, no category, as scripts around the LIVE555 Proxy Server read them.</summary>
    Text,

    /// <summary>One JSON object a line, with time, level, category and the message's values.</summary>
    Json,
}
