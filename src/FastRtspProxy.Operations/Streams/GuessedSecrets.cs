using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Streams;

/// <summary>
/// Secrets where nothing is changed: one that is said in place of another counts as that other, so no answer tells whether it was guessed. Pure.
/// </summary>
internal static class GuessedSecrets
{
    /// <summary>The stream as it is to be, with the secrets of the one that is there.</summary>
    public static StreamConfig Hide(StreamConfig next, StreamConfig there)
    {
        Dictionary<string, SourceConfig> byShown = new(StringComparer.Ordinal);
        foreach (SourceConfig source in there.Sources)
        {
            byShown.TryAdd(SourceUrl.Shown(source.Url), source);
        }

        return next with
        {
            Password = next.Password is null || there.Password is null ? next.Password : there.Password,
            Sources =
            [
                .. next.Sources.Select(source =>
                    byShown.TryGetValue(SourceUrl.Shown(source.Url), out SourceConfig? known) ? Hide(source, known) : source),
            ],
        };
    }

    private static SourceConfig Hide(SourceConfig next, SourceConfig there) => next with
    {
        Url = SourceUrl.HoldsSecret(next.Url) && SourceUrl.HoldsSecret(there.Url) ? there.Url : next.Url,
        Password = next.Password is null || there.Password is null ? next.Password : there.Password,
    };
}
