using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who may talk to a camera: who may watch the stream and has the right, where the stream has a back channel.</summary>
internal static class TalkCheck
{
    /// <summary>
    /// True for a request that requires the back channel of a stream that has none, or none for that client: it is told that the option is not
    /// supported, and may watch without it. A camera that turns out to have none is met by DESCRIBE.
    /// </summary>
    public static bool Refuses(FrontendServer frontend, ClientConnection connection, RtspMessage request) =>
        request.Method is RtspMethod.Describe or RtspMethod.Setup or RtspMethod.Play && OptionTags.AsksToTalk(request)
        && RequestTarget.Resolve(request.Uri, frontend.Mounts, makes: request.Method == RtspMethod.Describe).Mount is { } mount
        && !May(frontend.Access.Policy, connection, mount);

    /// <summary>True where that client may talk to the camera of that mount, if it has a back channel.</summary>
    public static bool May(AccessPolicy policy, ClientConnection connection, IMount mount) =>
        mount.Talk is not null && May(policy, connection.Auth.Grant, mount.Name, connection.RemoteAddress, connection.IsSecure);

    /// <summary>
    /// True for a request that requires a back channel which is for users only: everybody may watch, and who talks has to say who he is.
    /// </summary>
    public static bool NeedsLogIn(AccessPolicy policy, ClientConnection connection, RtspMessage request, IMountDirectory mounts) =>
        OptionTags.AsksToTalk(request) && RequestTarget.Resolve(request.Uri, mounts).Mount is { Talk: not null } mount
        && !May(policy, SessionGrant.Anonymous, mount.Name, connection.RemoteAddress, connection.IsSecure)
        && policy.HasUserFor(AccessRights.Talk, connection.RemoteAddress);

    /// <summary>Ends the talk of a session whose grant has the right no longer.</summary>
    public static void Review(AccessPolicy policy, Session session)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (track.Talker is { } talker && !May(policy, talker.Grant, session.Mount.Name, session.ClientAddress, session.IsSecure))
            {
                talker.SayBye(SessionRtcp.ReasonOf(SessionEnd.Revoked));
                talker.End();
            }
        }
    }

    /// <summary>True where that grant has the right.</summary>
    private static bool May(AccessPolicy policy, SessionGrant grant, string mount, System.Net.IPAddress address, bool isSecure) =>
        policy.Keeps(grant, new AccessQuestion(AccessRights.Talk, mount, IsKnown: true, address) { IsSecure = isSecure });
}
