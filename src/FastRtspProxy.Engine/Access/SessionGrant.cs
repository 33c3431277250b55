using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>By what a session was let in; kept with it, so that other rules can be held against it.</summary>
/// <param name="User">The name that it logged in by; null: it did not.</param>
/// <param name="Secret">What its answer was held against; null: nothing was proven.</param>
/// <param name="External">The settings of the external decision that let it in; null: the rules themselves did.</param>
internal sealed record SessionGrant(string? User, UserSecret? Secret, ExternalSettings? External)
{
    /// <summary>The one stream that another box of the cluster takes from us, or empty for none but this box itself; null: it is no box.</summary>
    public string? HopStream { get; init; }

    /// <summary>Let in without a log-in.</summary>
    public static SessionGrant Anonymous { get; } = new(null, null, null);

    /// <summary>
    /// It has shown something that not everybody knows. A yes of the external decision to a name that anybody can write, or to an address, is none.
    /// </summary>
    public bool IsProven => Secret is not null;
}
