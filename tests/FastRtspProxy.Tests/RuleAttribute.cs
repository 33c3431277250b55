using Xunit.Sdk;

namespace FastRtspProxy.Tests;

/// <summary>
/// The test shows a rule of docs/conformance.md, which names the test in that rule's row. `dotnet test --filter Rule=S24` runs the tests of one rule.
/// </summary>
/// <param name="key">The rule's key: S and a number for what clients expect of us, C for what cameras expect, R for RTP and RTCP.</param>
[TraitDiscoverer("FastRtspProxy.Tests.RuleDiscoverer", "FastRtspProxy.Tests")]
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RuleAttribute(string key) : Attribute, ITraitAttribute
{
    public string Key { get; } = key;
}
