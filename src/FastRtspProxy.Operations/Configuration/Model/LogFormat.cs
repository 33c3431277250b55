namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How a log line is written.</summary>
internal enum LogFormat
{
    /// <summary>The sentence alone, as scripts around the LIVE555 Proxy Server read it.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
