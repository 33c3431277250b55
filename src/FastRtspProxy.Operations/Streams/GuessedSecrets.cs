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
        Dictionary<string, string> byShown = new(StringComparer.Ordinal);
        foreach (string url in there.Sources.Where(SourceUrl.HoldsSecret))
        {
            byShown.TryAdd(SourceUrl.Shown(url), url);
        }

        return next with
        {
            Password = next.Password is null || there.Password is null ? next.Password : there.Password,
            Sources = [.. next.Sources.Select(url => SourceUrl.HoldsSecret(url) ? byShown.GetValueOrDefault(SourceUrl.Shown(url), url) : url)],
        };
    }
}
