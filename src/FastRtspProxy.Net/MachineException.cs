namespace FastRtspProxy.Net;

/// <summary>
/// The machine, or a limit or filter around this process, does not give what no event loop can do without; the message is for the user and names the
/// remedy.
/// </summary>
internal sealed class MachineException(string message) : Exception(message);
