namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// A 401 whose answer is under way. Quirk (VStarcam): the camera closes the connection behind its 401, with or without <c>Connection: close</c>, and
/// wants the answer on the next one. What is said then is the 401, not the closed connection. Mutable; a private field of <see
/// cref="CameraDialogue"/>.
/// </summary>
internal struct UnansweredChallenge
{
    /// <summary>The request that was answered 401 and goes out again; null: none. <see cref="_wasRefused"/> is of that request.</summary>
    private string? _method;
    private bool _wasRefused;

    /// <summary>A request was answered 401, and goes out again.</summary>
    /// <param name="method">The request.</param>
    /// <param name="wasRefused">
    /// It carried an Authorization, and the camera does not say that only its nonce was too old (RFC 7616 section 3.3: `stale`).
    /// </param>
    public void Meet(string method, bool wasRefused) => (_method, _wasRefused) = (method, wasRefused);

    /// <summary>That request was answered, or is not sent again.</summary>
    public void Clear(string method) => _method = _method == method ? null : _method;

    /// <summary>
    /// What the end of the connection means. Where the request had not been signed before, or with an old nonce, the next connection comes at once;
    /// else the camera refuses what we know, and a password that is wrong must not be tried in a hurry (cameras lock accounts).
    /// </summary>
    public readonly BackendFailure? Explain(BackendFailure end) => _method is null || end.Kind != BackendFailureKind.ConnectionLost
        ? null
        : new BackendFailure(
            _wasRefused ? BackendFailureKind.Unauthorized : BackendFailureKind.ClosedAfterChallenge,
            $"{_method} was answered 401, and {end.Message}");
}
