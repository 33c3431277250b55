namespace FastRtspProxy.Engine;

/// <summary>The engine cannot start; the message is for the user.</summary>
public sealed class ProxyStartException(string message) : Exception(message);
