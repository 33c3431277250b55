using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// What a change of a stream leaves of what was said before and can never be read: whoever may change streams, and does not know a camera's password,
/// must not be able to have it sent to a place of his own. The one place that decides it. Pure.
/// </summary>
/// <param name="KeepsSecrets">The password, and those in URLs, go on.</param>
/// <param name="KeepsTrust">That its certificate is not checked, or is this one, goes on: that was said of the camera that was.</param>
internal readonly record struct PasswordScope(bool KeepsSecrets, bool KeepsTrust)
{
    /// <summary>Judges what stays of the old stream in the next one, where the change does not say it anew.</summary>
    public static PasswordScope Between(StreamConfig old, StreamConfig next)
    {
        HashSet<CameraEndpoint> known = [.. CameraEndpoint.Of(old)];
        IReadOnlyList<CameraEndpoint> asked = CameraEndpoint.Of(next);
        if (asked.Count == 0 || asked.Any(place => place.Port < 0 || !known.Contains(place)))
        {
            return new PasswordScope(false, false);
        }

        // Somebody between us and the camera would hear it, who did not before.
        bool isLooser = (old.Tls.Verify && !next.Tls.Verify) || old.Tls.Fingerprint != next.Tls.Fingerprint;
        return new PasswordScope(!(isLooser && asked.Any(static place => place.IsTls)), true);
    }
}
