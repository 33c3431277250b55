namespace FastRtspProxy.SimulatedCamera;

/// <summary>The camera cannot start; the message is for the user.</summary>
internal sealed class SimulatedCameraStartException(string message) : Exception(message);
