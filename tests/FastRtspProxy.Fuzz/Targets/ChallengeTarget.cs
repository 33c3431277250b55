using System.Text;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// A camera's challenges, a WWW-Authenticate value a line, and what is answered: never the password to a host that may not hear it, however the challenge is written;
/// and what is answered to Digest is what a server that knows the password accepts.
/// </summary>
internal sealed class ChallengeTarget : FuzzTarget
{
    private const string User = "viewer";
    private const string Secret = "Zq7-Xv9-Kp3";
    private const int LinesMax = 6;

    private static readonly string s_basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Secret}"));

    public override string Name => "challenge";

    /// <summary>The answer and its hashes.</summary>
    public override int FixedBytes => 24 * 1024;

    /// <summary>Values are copied into strings, escaped, hashed twice and written.</summary>
    public override int BytesPerInputByte => 128;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        AuthClient client = new(User, Secret);
        if (client.Accept(FuzzText.Lines(input, LinesMax)))
        {
            client.Authorization("DESCRIBE", "rtsp://camera/live");
        }
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        string[] lines = FuzzText.Lines(input, LinesMax);
        AuthClient stranger = new(User, Secret) { AllowsBasic = false };
        if (stranger.Accept(lines))
        {
            string answer = stranger.Authorization("DESCRIBE", "rtsp://camera/live")!;
            Property.Holds(answer.StartsWith("Digest ", StringComparison.Ordinal), "a stranger gets Digest alone");
            Property.Holds(!answer.Contains(s_basic, StringComparison.Ordinal) && !answer.Contains(Secret, StringComparison.Ordinal), "a stranger hears no password");
        }

        AuthClient friend = new(User, Secret);
        if (!friend.Accept(lines))
        {
            Property.Equal(null, friend.Authorization("DESCRIBE", "rtsp://camera/live"));
            return;
        }

        string authorization = friend.Authorization("DESCRIBE", "rtsp://camera/live")!;
        if (authorization.StartsWith("Basic ", StringComparison.Ordinal))
        {
            Property.Equal("Basic " + s_basic, authorization);
            return;
        }

        List<AuthParameters> read = AuthParameters.Parse(authorization);
        Property.Equal(1, read.Count);
        string realm = read[0]["realm"]!;
        DigestVerifier server = new(realm);
        if (server.Realm == realm)
        {
            DigestOutcome outcome = server.Verify(authorization, "DESCRIBE", read[0]["nonce"]!, user => user == User ? Secret : null, out string name);
            Property.Equal((DigestOutcome.Accepted, User), (outcome, name));
            Property.Equal(DigestOutcome.Refused, server.Verify(authorization, "SETUP", read[0]["nonce"]!, _ => Secret, out _));
        }

        // The same bytes once more, as what the camera says beside its next answer.
        friend.TakeNextNonce(lines[0]);
        string next = friend.Authorization("SETUP", "rtsp://camera/live")!;
        Property.Holds(next.StartsWith("Digest ", StringComparison.Ordinal) && !next.Contains(Secret, StringComparison.Ordinal), "the next answer is Digest, too");
        Property.Equal(1, AuthParameters.Parse(next).Count);
    }
}
