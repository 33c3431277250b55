namespace FastRtspProxy.Protocol.Auth;

/// <summary>What a server found in an Authorization header.</summary>
public enum DigestOutcome
{
    Accepted,

    /// <summary>No Authorization header.</summary>
    Missing,

    /// <summary>Not Digest, or a parameter is missing.</summary>
    Unusable,

    /// <summary>Right, but for a nonce of ours that is not the one in force: challenge again with stale=TRUE.</summary>
    StaleNonce,

    /// <summary>
    /// Right, but for a nonce that we never gave out: a challenge like any other, so that it does not say whether the password was right.
    /// </summary>
    ForeignNonce,

    /// <summary>Unknown user or wrong password.</summary>
    Refused,
}
