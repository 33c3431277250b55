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
        IReadOnlyList<CameraEndpoint> asked = CameraEndpoint.Of(next);
        if (asked.Count == 0 || asked.Any(static place => place.Port < 0))
        {
            return new PasswordScope(false, false);
        }

        bool isLooser = false;
        for (int i = 0; i < asked.Count; i++)
        {
            StreamConfig[] before = [.. old.Sources.Where(source => Covers(CameraEndpoint.Of(source, old), asked[i])).Select(old.With)];
            if (before.Length == 0)
            {
                return new PasswordScope(false, false);
            }

            // Somebody between us and the camera would hear it, who did not before.
            CameraTlsConfig tls = next.With(next.Sources[i]).Tls;
            isLooser |= asked[i].IsTls && before.Any(one => (one.Tls.Verify && !tls.Verify) || one.Tls.Fingerprint != tls.Fingerprint);
        }

        return new PasswordScope(!isLooser, true);
    }

    /// <summary>The same place; one that has heard the stream's password may have one of its own, and not the other way round.</summary>
    private static bool Covers(CameraEndpoint known, CameraEndpoint asked) =>
        known == asked || (known.HearsStream && known == asked with { HearsStream = true });
}
