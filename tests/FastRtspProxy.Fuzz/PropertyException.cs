namespace FastRtspProxy.Fuzz;

/// <summary>A parser broke a property or a bound. To the fuzzer it is a crash as any other exception is.</summary>
public sealed class PropertyException(string message) : Exception(message);
