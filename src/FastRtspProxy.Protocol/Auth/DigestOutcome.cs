namespace FastRtspProxy.Protocol.Auth;

/// <summary>What a server found in an Authorization header.</summary>
public enum DigestOutcome
{
    Accepted,

    /// <summary>No Authorization header.</summary>
    Missing,

    /// <summary>Not Digest, or a parameter is missing.</summary>
    Unusable,

    /// <summary>Right, but for a nonce that is not the one in force: challenge again with stale=TRUE.</summary>
    StaleNonce,

    /// <summary>Unknown user or wrong password.</summary>
    Refused,
}
