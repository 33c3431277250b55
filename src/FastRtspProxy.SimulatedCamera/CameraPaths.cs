namespace FastRtspProxy.SimulatedCamera;

/// <summary>Finds streams and tracks by URL, in the forms that clients build.</summary>
internal static class CameraPaths
{
    /// <summary>Path and query without the leading slash of an absolute or relative request URI.</summary>
    public static string PathAndQuery(string uri)
    {
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return uri.TrimStart('/');
        }

        int slash = uri.IndexOf('/', scheme + 3);
        return slash < 0 ? "" : uri[(slash + 1)..];
    }

    /// <summary>The stream of a DESCRIBE, or of an aggregate request; -1: none. A query that the stream does not know is let pass.</summary>
    public static int FindStream(SimulatedCameraOptions options, string uri)
    {
        string wanted = PathAndQuery(uri).TrimEnd('/');
        int query = wanted.IndexOf('?', StringComparison.Ordinal);
        string bare = query < 0 ? wanted : wanted[..query].TrimEnd('/');
        for (int i = 0; i < options.Streams.Count; i++)
        {
            string path = options.Streams[i].Path.TrimEnd('/');
            if (path == wanted || path == bare)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// The stream and track of a SETUP. A stream with a query has two forms: FFmpeg puts the control behind the query, GStreamer in front of it. The
    /// stream's own URL stands for its only track.
    /// </summary>
    public static bool TryFindTrack(SimulatedCameraOptions options, string uri, out int stream, out int track)
    {
        string wanted = PathAndQuery(uri).TrimEnd('/');
        int wantedQuery = wanted.IndexOf('?', StringComparison.Ordinal);
        for (stream = 0; stream < options.Streams.Count; stream++)
        {
            string path = options.Streams[stream].Path.TrimEnd('/');
            int query = path.IndexOf('?', StringComparison.Ordinal);
            int tracks = options.Streams[stream].Tracks.Count;
            for (track = 0; track < tracks; track++)
            {
                string control = CameraSdp.Control(options.Personality, track);
                if (wanted == path + "/" + control
                    || (query >= 0 && wanted == path[..query].TrimEnd('/') + "/" + control + path[query..])
                    || (query < 0 && wantedQuery >= 0 && (wanted[..wantedQuery].TrimEnd('/') == path + "/" + control
                        || (wanted.StartsWith(path + "?", StringComparison.Ordinal) && wanted.EndsWith("/" + control, StringComparison.Ordinal)))))
                {
                    return true;
                }
            }

            if (tracks == 1 && (wanted == path || (wantedQuery >= 0 && wanted[..wantedQuery] == path)))
            {
                track = 0;
                return true;
            }
        }

        track = -1;
        return false;
    }

    /// <summary>The URL of a stream on the host of a request's.</summary>
    public static string StreamUrl(string uri, string path)
    {
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        int slash = scheme < 0 ? -1 : uri.IndexOf('/', scheme + 3);
        return (slash < 0 ? uri.TrimEnd('/') : uri[..slash]) + "/" + path.TrimEnd('/');
    }
}
