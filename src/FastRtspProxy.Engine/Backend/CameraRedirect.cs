using System.Diagnostics.CodeAnalysis;
using System.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Judges where a camera sends us: by a 3xx answer, or by REDIRECT (RFC 2326 sections 11.2 and 10.10). Pure; whether the host may be
/// connected to is the policy's.
/// </summary>
internal static class CameraRedirect
{
    /// <summary>The URL that a Location header means; false with the reason where it must not be followed.</summary>
    /// <param name="from">Where we are: a Location without a scheme is relative to it.</param>
    /// <param name="location">The header.</param>
    /// <param name="camera">The address that says so; its link is that of a link-local target.</param>
    /// <param name="target">Where to go.</param>
    /// <param name="problem">Why not.</param>
    public static bool TryFollow(
        RtspUrl from, string location, IPAddress? camera, [NotNullWhen(true)] out RtspUrl? target, [NotNullWhen(false)] out BackendFailure? problem)
    {
        target = null;
        problem = null;
        string text = location.Trim();
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = ControlUrl.Base(from.RequestUri, text);
        }

        if (!RtspUrl.TryParse(text, out RtspUrl? url, out string? error))
        {
            problem = new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects to something that is no RTSP URL: " + error);
            return false;
        }

        if (url.HasTwoReadings)
        {
            const string Why = "the camera redirects to a URL that can be read in two ways, because a / stands in front of an @ and a host";
            problem = new BackendFailure(BackendFailureKind.BadRedirect, Why);
            return false;
        }

        if (from.Tls && !url.Tls)
        {
            problem = new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects from rtsps to rtsp; that is not followed");
            return false;
        }

        target = url.WithZoneOf(camera);
        return true;
    }
}
