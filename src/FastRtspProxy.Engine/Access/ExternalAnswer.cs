using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>What the external decision said.</summary>
/// <param name="Verdict">Yes, no, or neither.</param>
/// <param name="Secret">What a digest of that user is to be held against; null: the name is enough.</param>
internal sealed record ExternalAnswer(ExternalVerdict Verdict, UserSecret? Secret = null)
{
    public static ExternalAnswer Deny { get; } = new(ExternalVerdict.Deny);

    public static ExternalAnswer Error { get; } = new(ExternalVerdict.Error);

    public static ExternalAnswer Allow { get; } = new(ExternalVerdict.Allow);
}
