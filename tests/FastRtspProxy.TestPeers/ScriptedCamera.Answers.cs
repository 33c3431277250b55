namespace FastRtspProxy.TestPeers;

/// <summary>The default answers.</summary>
public sealed partial class ScriptedCamera
{
    /// <summary>The answer that a well-behaved camera gives.</summary>
    public ScriptedReply Default(ScriptedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request.Method)
        {
            case "OPTIONS":
                return ScriptedReply.Of(200, "OK", ("Public", Public));
            case "DESCRIBE":
                return new ScriptedReply { Headers = [("Content-Base", ContentBase ?? request.Uri + "/"), ("Content-Type", "application/sdp")], Body = Sdp };
            case "SETUP":
                return SetUp(request);
            case "PLAY":
                IsPlaying = true;
                return ScriptedReply.Of(200, "OK", ("Session", "12345678"), ("Range", "npt=0.000-"));
            case "PAUSE":
                IsPlaying = false;
                return ScriptedReply.Of(200, "OK", ("Session", "12345678"));
            case "TEARDOWN":
                IsPlaying = false;
                return ScriptedReply.Of(200, "OK");
            case "GET_PARAMETER" or "SET_PARAMETER":
                return ScriptedReply.Of(200, "OK", ("Session", "12345678"));
            default:
                return ScriptedReply.Of(501, "Not Implemented");
        }
    }

    /// <summary>True between PLAY and PAUSE or TEARDOWN.</summary>
    public bool IsPlaying { get; private set; }

    private ScriptedReply SetUp(ScriptedRequest request)
    {
        int at = request.Uri.IndexOf("trackID=", StringComparison.Ordinal);
        int track = at < 0 ? 0 : request.Uri[at + 8] - '0';
        string asked = request.Header("Transport") ?? string.Empty;
        string answered = asked.Contains("/TCP", StringComparison.Ordinal) ? Interleave(track, asked) : OpenPorts(track, asked);
        return ScriptedReply.Of(200, "OK", ("Session", $"12345678;timeout={TimeoutSeconds}"), ("Transport", answered));
    }
}
