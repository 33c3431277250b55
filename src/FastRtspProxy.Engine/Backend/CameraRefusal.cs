using System.Globalization;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The failure that a camera's refusal means: who is to blame, in words that name the remedy, and how long it wants to be left alone. Pure.
/// </summary>
internal static class CameraRefusal
{
    /// <summary>Retry-After is believed up to a minute: a camera that says an hour was restarted by then.</summary>
    private static readonly TimeSpan s_retryAfterMax = TimeSpan.FromMinutes(1);

    /// <summary>What an answer that is not 2xx means.</summary>
    /// <param name="method">What was asked.</param>
    /// <param name="answer">The refusal.</param>
    /// <param name="auth">What the request was signed with; null: we know no password.</param>
    /// <param name="host">Whom we asked.</param>
    public static BackendFailure Of(string method, RtspMessage answer, AuthClient? auth, string host)
    {
        string said = $"{method} was answered {answer.StatusCode.ToString(CultureInfo.InvariantCulture)} {answer.Reason}".TrimEnd();
        BackendFailure failure = answer.StatusCode switch
        {
            RtspStatus.Unauthorized or RtspStatus.Forbidden => new(BackendFailureKind.Unauthorized, said + auth switch
            {
                null => ": the camera wants a user name and a password (in the URL, or with -u)",
                { Scheme: null, HasWithheldPassword: true } =>
                    $": {host} asks for the password itself (Basic), which only the host of the stream's own URL is told",
                _ => ": the camera does not accept the user name and password",
            }),
            RtspStatus.NotEnoughBandwidth or RtspStatus.ServiceUnavailable => new(
                BackendFailureKind.Busy, said + ": the camera has no session to spare (others may watch it themselves), or is starting")
            {
                RetryAfter = RetryAfterOf(answer),
            },
            RtspStatus.NotFound when method == RtspMethod.Describe => new(
                BackendFailureKind.Refused, said + ": the camera knows no such path; its manual, or ONVIF, has the one of its stream"),
            _ => new(BackendFailureKind.Refused, said),
        };
        return failure with { Status = answer.StatusCode };
    }

    private static TimeSpan? RetryAfterOf(RtspMessage answer)
    {
        if (!int.TryParse(answer.Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
        {
            return null;
        }

        TimeSpan wish = TimeSpan.FromSeconds(seconds);
        return wish < s_retryAfterMax ? wish : s_retryAfterMax;
    }
}
