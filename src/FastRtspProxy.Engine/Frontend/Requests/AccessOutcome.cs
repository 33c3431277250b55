using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What becomes of a request, for whoever writes the answer.</summary>
/// <param name="Verdict">In, asked who it is, or refused.</param>
/// <param name="Grant">By what it was let in; null: it was not.</param>
/// <param name="Answer">For a challenge: what the answer that came was worth.</param>
internal readonly record struct AccessOutcome(AccessVerdict Verdict, SessionGrant? Grant, DigestOutcome Answer)
{
    public static AccessOutcome Denied => new(AccessVerdict.Deny, null, DigestOutcome.Missing);

    public static AccessOutcome Granted(SessionGrant grant) => new(AccessVerdict.Allow, grant, DigestOutcome.Accepted);

    public static AccessOutcome Challenged(DigestOutcome answer) => new(AccessVerdict.Challenge, null, answer);
}
