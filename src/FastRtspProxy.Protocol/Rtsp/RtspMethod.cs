using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Method tokens (RFC 2326 section 10); REGISTER and DEREGISTER are LIVE555's.</summary>
public static class RtspMethod
{
    public const string Options = "OPTIONS";
    public const string Describe = "DESCRIBE";
    public const string Setup = "SETUP";
    public const string Play = "PLAY";
    public const string Pause = "PAUSE";
    public const string Teardown = "TEARDOWN";
    public const string GetParameter = "GET_PARAMETER";
    public const string SetParameter = "SET_PARAMETER";
    public const string Announce = "ANNOUNCE";
    public const string Record = "RECORD";
    public const string Redirect = "REDIRECT";
    public const string Register = "REGISTER";
    public const string Deregister = "DEREGISTER";
    public const string Get = "GET";
    public const string Post = "POST";

    private static readonly string[] s_known =
    [
        Options, Describe, Setup, Play, Pause, Teardown, GetParameter, SetParameter, Announce, Record, Redirect, Register, Deregister, Get, Post,
    ];

    /// <summary>The constant for a known token, else a new string.</summary>
    internal static string Intern(ReadOnlySpan<byte> token)
    {
        foreach (string known in s_known)
        {
            if (Ascii.Equals(token, known))
            {
                return known;
            }
        }

        return Encoding.UTF8.GetString(token);
    }
}
