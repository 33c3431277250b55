using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// By host, the tracks of a shard whose clients have not sent a first datagram yet. A host all of whose tracks have had theirs has no entry.
/// </summary>
internal sealed class WaitingTracks
{
    private readonly Dictionary<PeerAddress, List<SessionTrack>> _byHost = [];

    public void Add(in PeerAddress address, SessionTrack track)
    {
        PeerAddress host = address.WithPort(0);
        if (!_byHost.TryGetValue(host, out List<SessionTrack>? tracks))
        {
            _byHost[host] = tracks = [];
        }

        tracks.Add(track);
    }

    public void Remove(in PeerAddress address, SessionTrack track)
    {
        PeerAddress host = address.WithPort(0);
        if (_byHost.TryGetValue(host, out List<SessionTrack>? tracks) && tracks.Remove(track) && tracks.Count == 0)
        {
            _byHost.Remove(host);
        }
    }

    /// <summary>The waiting tracks of the host, of all its sessions; null: none.</summary>
    public List<SessionTrack>? OfHost(in PeerAddress from) =>
        _byHost.Count > 0 && _byHost.TryGetValue(from.WithPort(0), out List<SessionTrack>? tracks) ? tracks : null;

    /// <summary>
    /// The waiting tracks of the host in the order of their SETUPs, when all of them belong to one session. Null when there are several sessions:
    /// nobody can tell which of them a datagram is from.
    /// </summary>
    public List<SessionTrack>? OfOneSession(in PeerAddress from)
    {
        if (OfHost(from) is not { } tracks)
        {
            return null;
        }

        foreach (SessionTrack track in tracks)
        {
            if (track.Session != tracks[0].Session)
            {
                return null;
            }
        }

        return tracks;
    }
}
