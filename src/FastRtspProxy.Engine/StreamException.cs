namespace FastRtspProxy.Engine;

/// <summary>
/// A stream cannot be added or changed as it is written; nothing was changed. The message is a sentence that names the input and the remedy, without
/// a password.
/// </summary>
public sealed class StreamException(string message) : Exception(message);
