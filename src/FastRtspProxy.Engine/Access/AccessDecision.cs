namespace FastRtspProxy.Engine.Access;

/// <summary>What becomes of a request, and why it is refused.</summary>
internal readonly record struct AccessDecision(AccessVerdict Verdict, AccessReason Reason)
{
    public static AccessDecision Allow => new(AccessVerdict.Allow, AccessReason.None);

    public static AccessDecision Challenge => new(AccessVerdict.Challenge, AccessReason.None);

    public static AccessDecision Deny(AccessReason reason) => new(AccessVerdict.Deny, reason);
}
