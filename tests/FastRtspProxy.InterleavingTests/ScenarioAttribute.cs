namespace FastRtspProxy.InterleavingTests;

/// <summary>A method whose threads are run in many orders; it throws when one of them comes out wrong.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenarioAttribute : Attribute;
