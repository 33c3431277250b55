namespace FastRtspProxy.Operations.Http;

/// <summary>How it is known who a request comes from.</summary>
internal enum HttpIdentityKind
{
    /// <summary>It is not.</summary>
    Nobody,

    /// <summary>By the token of the configuration, which may everything.</summary>
    Token,

    /// <summary>By a user's password, shown with the request.</summary>
    Password,

    /// <summary>By the cookie of a log-in.</summary>
    Session,
}
