using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a connection has shown to know. Whoever shows the same again learns nothing by the answer, so it needs no turn (<see cref="GuessGate"/>).
/// </summary>
/// <param name="User">The name; null: a token alone.</param>
/// <param name="Secret">What a digest or password was held against.</param>
/// <param name="Asked">The question that the external decision said yes to, where it judged a password or a token itself.</param>
internal sealed record LogInProof(string? User, UserSecret? Secret, ExternalKey? Asked);
