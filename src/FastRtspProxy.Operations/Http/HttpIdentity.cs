using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Http;

/// <summary>Who a request comes from.</summary>
/// <param name="Kind">How that is known.</param>
/// <param name="User">The user; null: nobody of the list.</param>
internal readonly record struct HttpIdentity(HttpIdentityKind Kind, AccessUser? User)
{
    /// <summary>Nobody has logged in.</summary>
    public static HttpIdentity Nobody => new(HttpIdentityKind.Nobody, null);

    /// <summary>What was shown, and right then; null: nothing.</summary>
    public UserSecret? Secret { get; init; }

    /// <summary>The cookie by which it is known; null: it is not known by one.</summary>
    public string? Cookie { get; init; }

    /// <summary>Without the cookie.</summary>
    public override string ToString() => $"{Kind} {User?.Name}";
}
