namespace FastRtspProxy.Operations.Http;

/// <summary>Who asks, and what he may.</summary>
/// <param name="User">Null: nobody of the users.</param>
/// <param name="LogIn">nobody, token, password, session.</param>
/// <param name="Rights">read, status, api.</param>
internal sealed record HttpWhoAmI(string? User, string LogIn, IReadOnlyList<string> Rights);
