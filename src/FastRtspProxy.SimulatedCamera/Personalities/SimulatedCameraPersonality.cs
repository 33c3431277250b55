using System.Text.Json;

namespace FastRtspProxy.SimulatedCamera.Personalities;

/// <summary>How a make of camera speaks RTSP, as data: one JSON file each in this folder, so that one more is a file.</summary>
internal sealed record SimulatedCameraPersonality
{
    private const string ResourcePrefix = "Personalities.";

    /// <summary>No make's: plain and correct.</summary>
    public static SimulatedCameraPersonality Plain { get; } = new();

    public string Name { get; init; } = "plain";

    /// <summary>The `Server` header; null: none.</summary>
    public string? Server { get; init; } = "rtspsim";

    /// <summary>The `Public` header.</summary>
    public string PublicMethods { get; init; } = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

    public string Realm { get; init; } = "rtspsim";

    /// <summary>What a 401 offers, in order.</summary>
    public IReadOnlyList<SimulatedCameraAuthScheme> AuthSchemes { get; init; } =
        [SimulatedCameraAuthScheme.DigestMd5, SimulatedCameraAuthScheme.Basic];

    /// <summary>The URL path of the n-th stream; `{0}` is n, from 1.</summary>
    public string Path { get; init; } = "stream{0}";

    /// <summary>A track's control; `{0}` is its number.</summary>
    public string Control { get; init; } = "trackID={0}";

    /// <summary>The number of the first track in <see cref="Control"/>.</summary>
    public int FirstTrack { get; init; } = 1;

    /// <summary>Controls in the SDP are whole URLs.</summary>
    public bool AbsoluteControl { get; init; }

    /// <summary>DESCRIBE answers with `Content-Base`.</summary>
    public bool ContentBase { get; init; } = true;

    /// <summary>Decimal digits of a session id.</summary>
    public int SessionDigits { get; init; } = 10;

    /// <summary>A UDP session without a sign of life ends after so long; also said in the `Session` header.</summary>
    public int SessionTimeoutSeconds { get; init; } = 60;

    /// <summary>What stands behind `ssrc=` in a Transport answer: null: no ssrc; else a prefix such as a blank.</summary>
    public string? TransportSsrcPrefix { get; init; } = "";

    /// <summary>PLAY answers with `RTP-Info`.</summary>
    public bool RtpInfo { get; init; } = true;


    /// <summary>PLAY answers with this `Range`; null: none.</summary>
    public string? PlayRange { get; init; } = "npt=0.000-";

    /// <summary>SPS, PPS and SEI travel in one STAP-A; false: one packet each.</summary>
    public bool AggregatesParameterSets { get; init; } = true;

    /// <summary>The SDP's `s=` line.</summary>
    public string SessionName { get; init; } = "Media Presentation";

    /// <summary>Lines of the make in the session part of the SDP.</summary>
    public IReadOnlyList<string> SdpSessionLines { get; init; } = [];

    /// <summary>Lines of the make in each media part of the SDP.</summary>
    public IReadOnlyList<string> SdpMediaLines { get; init; } = [];

    /// <summary>A `Date` header in every answer.</summary>
    public bool DateHeader { get; init; }

    /// <summary>The makes that ship.</summary>
    public static IReadOnlyList<string> Names { get; } = ListNames();

    /// <summary>A make by name; false with a message that lists what there is.</summary>
    public static bool TryLoad(string name, out SimulatedCameraPersonality personality, out string? error)
    {
        personality = Plain;
        error = null;
        if (name == Plain.Name)
        {
            return true;
        }

        using Stream? stream = typeof(SimulatedCameraPersonality).Assembly.GetManifestResourceStream(ResourcePrefix + name + ".json");
        if (stream is null)
        {
            error = "no personality is called " + name + "; there are: " + string.Join(", ", Names);
            return false;
        }

        return TryRead(stream, name, out personality, out error);
    }

    /// <summary>A make from a file of the user's.</summary>
    public static bool TryRead(Stream json, string name, out SimulatedCameraPersonality personality, out string? error)
    {
        try
        {
            personality = JsonSerializer.Deserialize(json, PersonalityJson.Default.SimulatedCameraPersonality) ?? Plain;
            error = null;
            return true;
        }
        catch (JsonException e)
        {
            personality = Plain;
            error = "personality " + name + " is no valid JSON of its kind: " + e.Message;
            return false;
        }
    }

    private static List<string> ListNames()
    {
        List<string> names = [Plain.Name];
        foreach (string resource in typeof(SimulatedCameraPersonality).Assembly.GetManifestResourceNames())
        {
            if (resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            {
                names.Add(resource[ResourcePrefix.Length..^".json".Length]);
            }
        }

        return names;
    }
}
