using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What becomes of a request, for whoever writes the answer.</summary>
/// <param name="Verdict">In, asked who it is, or refused.</param>
/// <param name="Grant">By what it was let in; null: it was not.</param>
/// <param name="Answer">For a challenge: what the answer that came was worth.</param>
internal readonly record struct AccessOutcome(AccessVerdict Verdict, SessionGrant? Grant, DigestOutcome Answer)
{
    /// <summary>Where another box asked for a stream that this one does not own: who does, as far as is known; null: that is not it.</summary>
    public string? OtherOwner { get; init; }

    public static AccessOutcome Denied => new(AccessVerdict.Deny, null, DigestOutcome.Missing);

    public static AccessOutcome Granted(SessionGrant grant) => new(AccessVerdict.Allow, grant, DigestOutcome.Accepted);

    /// <inheritdoc cref="OtherOwner"/>
    public static AccessOutcome NotOwner(string owner) => Denied with { OtherOwner = owner };

    public static AccessOutcome Challenged(DigestOutcome answer) => new(AccessVerdict.Challenge, null, answer);
}
