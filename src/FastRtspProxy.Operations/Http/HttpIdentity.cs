using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Http;

/// <summary>Who a request comes from.</summary>
/// <param name="Kind">How that is known.</param>
/// <param name="User">The user; null: nobody of the list.</param>
internal readonly record struct HttpIdentity(HttpIdentityKind Kind, AccessUser? User)
{
    /// <summary>Nobody has logged in.</summary>
    public static HttpIdentity Nobody => new(HttpIdentityKind.Nobody, null);
}
