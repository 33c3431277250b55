namespace FastRtspProxy.Operations.Reload;

/// <summary>What a configuration wants cannot be had after all, and nothing was changed. The message names the input and the remedy.</summary>
internal sealed class ReloadRefusedException(string message) : Exception(message);
