namespace FastRtspProxy.Engine.Counters;

/// <summary>How the kinds of failure are called.</summary>
internal static class CameraFailures
{
    /// <summary>How many there are; each is a place in an array.</summary>
    public const int Count = (int)CameraFailure.Redirect + 1;

    private static readonly string[] s_names = ["timeout", "refused", "auth", "dns", "tls", "eof", "sdp", "media", "redirect"];

    /// <summary>In one small word.</summary>
    public static string NameOf(CameraFailure failure) => s_names[(int)failure];
}
