using Xunit.Abstractions;
using Xunit.Sdk;

namespace FastRtspProxy.Tests;

/// <summary>Tells xunit that a <see cref="RuleAttribute"/> is the trait "Rule".</summary>
public sealed class RuleDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute)
    {
        yield return new KeyValuePair<string, string>("Rule", (string)traitAttribute.GetConstructorArguments().Single());
    }
}
