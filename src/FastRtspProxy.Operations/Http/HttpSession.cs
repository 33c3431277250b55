using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Http;

/// <summary>A log-in of a page.</summary>
/// <param name="User">Null: the token was shown.</param>
/// <param name="Secret">What was right then.</param>
/// <param name="Until">When it is over.</param>
internal sealed record HttpSession(string? User, UserSecret Secret, DateTimeOffset Until);
