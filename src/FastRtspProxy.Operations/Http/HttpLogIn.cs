namespace FastRtspProxy.Operations.Http;

/// <summary>The body of a log-in: a user with his password, or the token.</summary>
internal sealed class HttpLogIn
{
    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }
}
