using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;

namespace FastRtspProxy.Operations.Http;

/// <summary>
/// What whoever asks may do, by the rules of the moment: a request may last for hours, and its user, his password, the token and the rules not as
/// long. Any thread.
/// </summary>
/// <param name="engine">The rules.</param>
/// <param name="logIns">Whether what was shown is still right.</param>
/// <param name="identity">Who asks.</param>
/// <param name="client">From where.</param>
/// <param name="isSecure">By HTTPS.</param>
/// <param name="isOpen">True where nobody has to log in for status and api.</param>
internal sealed class HttpRights(OutsideLogIns engine, HttpLogIns logIns, HttpIdentity identity, IPAddress client, bool isSecure, Func<bool> isOpen)
    : IHttpRights
{
    /// <inheritdoc/>
    public bool May(AccessRights right, string? stream, bool isKnown = true)
    {
        AccessQuestion question = new(right, stream, isKnown, client) { IsSecure = isSecure };
        return MayAnything() || IsOpenTo(right) || engine.Policy.Decide(UserOfNow(), question).Verdict == AccessVerdict.Allow;
    }

    /// <inheritdoc/>
    public bool MayForEveryStream(AccessRights right) =>
        MayAnything() || IsOpenTo(right) || engine.Policy.HasForEveryStream(UserOfNow(), right, client);

    private bool MayAnything() => identity.Kind == HttpIdentityKind.Token && logIns.IsStill(identity);

    private bool IsOpenTo(AccessRights right) => right is AccessRights.Status or AccessRights.Api && isOpen();

    /// <summary>As the rules have him now; null: nobody has logged in, or what he showed is wrong by now.</summary>
    private AccessUser? UserOfNow() => identity.User is { } user && logIns.IsStill(identity)
        && engine.Find(user.Name) is { } now && now.Secret.Equals(user.Secret) ? now : null;
}
