namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// <c>token=</c> in a URL's query: who may see a stream by a link. It is no part of the stream's name, is shown to the external decision and to
/// nobody else.
/// </summary>
internal static class QueryToken
{
    /// <summary>A signed token (JWT) has some hundred characters; request heads end at 4 KiB.</summary>
    public const int MaxChars = 2048;

    private const string Name = "token=";

    /// <summary>
    /// The token, decoded; null: there is none, or an empty one. In a track's URL FFmpeg puts the track behind the query (<c>?token=abc/track1</c>),
    /// so what stands behind the last slash there is no part of a token;
    /// in any other it is, because base64 has slashes.
    /// </summary>
    public static string? Of(string uri, bool isOfTrack)
    {
        int question = uri.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return null;
        }

        ReadOnlySpan<char> query = uri.AsSpan(question + 1).TrimEnd('/');
        foreach (Range part in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[part];

            // ?start=live/token=…: what players append may be parted by a slash, as for ?start=.
            int slash = parameter.IndexOf("/" + Name, StringComparison.OrdinalIgnoreCase);
            parameter = slash >= 0 ? parameter[(slash + 1)..] : parameter;
            if (!parameter.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            ReadOnlySpan<char> value = parameter[Name.Length..];
            int track = isOfTrack ? value.LastIndexOf('/') : -1;
            value = track >= 0 ? value[..track] : value;
            return value.Length is > 0 and <= MaxChars ? Uri.UnescapeDataString(value) : null;
        }

        return null;
    }
}
