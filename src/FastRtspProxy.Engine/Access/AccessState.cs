using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>The rules of one moment with what belongs to them; immutable, and replaced as a whole.</summary>
/// <param name="Policy">What they say.</param>
/// <param name="Verifier">For answers in their realm.</param>
/// <param name="External">Whom they ask; null: nobody.</param>
internal sealed record AccessState(AccessPolicy Policy, DigestVerifier Verifier, ExternalDecision? External)
{
    public AccessRules Rules => Policy.Rules;

    /// <summary>The state of other rules. An external decision with the same settings goes on, with what it remembers.</summary>
    public static AccessState Of(AccessRules rules, AccessState? before, Func<ExternalSettings, ExternalDecision> external)
    {
        ExternalDecision? decision = rules.External is not { } settings ? null
            : before?.External is { } same && same.Settings == settings ? same
            : external(settings);
        return new AccessState(new AccessPolicy(rules), new DigestVerifier(rules.Realm), decision);
    }
}
