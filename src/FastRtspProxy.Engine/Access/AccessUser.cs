using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Access;

/// <summary>Somebody who can log in.</summary>
/// <param name="Name">As it is typed; case counts.</param>
/// <param name="Secret">What the answers are held against.</param>
/// <param name="Roles">The names of the roles that it has.</param>
public sealed record AccessUser(string Name, UserSecret Secret, IReadOnlyList<string> Roles);
