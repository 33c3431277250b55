using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Classes that take a minute and more begin before the others: else one of them may run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public const string Type = "FastRtspProxy.EndToEndTests.LongestFirst";
    public const string Assembly = "FastRtspProxy.EndToEndTests";

    private static readonly Type[] s_long =
    [
        typeof(RecorderTests), typeof(FailoverTests), typeof(RtspSimTests), typeof(CaptureTests), typeof(PreRollTests), typeof(AddressTests),
        typeof(ContinuityTests), typeof(CameraQuirkTests), typeof(ResumedPlayTests),
    ];

    /// <summary>The order among the rest stays.</summary>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(static collection => Array.Exists(s_long, type => IsOf(collection, type)) ? 0 : 1);

    /// <summary>A class without a collection is one; its name tells of which.</summary>
    private static bool IsOf(ITestCollection collection, Type type) =>
        collection.DisplayName.StartsWith($"Test collection for {type.FullName}", StringComparison.Ordinal);
}
