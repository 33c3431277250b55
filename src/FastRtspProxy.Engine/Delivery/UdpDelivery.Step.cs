using System.Runtime.InteropServices;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>Who is in step, and of those who gets segments and who plain packets.</summary>
internal sealed unsafe partial class UdpDelivery
{
    /// <summary>Bytes of the RTP packets that the kernel took for a viewer.</summary>
    public long BytesSent(UdpViewer viewer)
    {
        long bytes = viewer.SentBytes - (viewer.IsInStep ? viewer.AddedAtBytes : 0);
        for (int t = 0; viewer.IsInStep && t < viewer.Tracks.Length; t++)
        {
            bytes += viewer.Tracks[t].Rtp.IsEmpty ? 0 : _bytesByTrack[t];
        }

        return bytes;
    }

    /// <summary>How many of those in step have a track.</summary>
    private int InStepWith(int track)
    {
        int count = track < _tracks.Length ? _tracks[track]?.Count ?? 0 : 0;
        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(_plain))
        {
            count += viewer.Has(track) ? 1 : 0;
        }

        return count;
    }

    /// <summary>A run went to those in step that have its track; for those who came into step before there was anything it is the first.</summary>
    private void NoteFirst(int track, UdpTrackList? list)
    {
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            NoteFirst(list[i]);
        }

        foreach (UdpViewer viewer in CollectionsMarshal.AsSpan(_plain))
        {
            if (viewer.Has(track))
            {
                NoteFirst(viewer);
            }
        }
    }

    private void NoteFirst(UdpViewer viewer)
    {
        if (viewer.AskedMicros > 0)
        {
            _awaitFirst--;
            _table.NoteFirst(viewer);
        }
    }

    private void MakePlain(UdpViewer viewer)
    {
        viewer.IsPlain = true;
        StandAside(viewer);
    }

    /// <summary>Out of the lists of those that get segments.</summary>
    private void StandAside(UdpViewer viewer)
    {
        foreach (UdpTrackList? list in _tracks)
        {
            list?.Remove(viewer);
        }

        _plain.Add(viewer);
    }

    /// <summary>There is a way to it again. One that takes segments, as far as we know, goes with the others from the next run on.</summary>
    private void ComeBack(UdpViewer viewer)
    {
        if (!viewer.IsPlain)
        {
            _plain.Remove(viewer);
            EnterLists(viewer);
        }
    }

    /// <summary>The viewer has had all that those in step have had.</summary>
    public void EnterStep(UdpViewer viewer)
    {
        viewer.IsInStep = true;
        _awaitFirst += viewer.AskedMicros > 0 ? 1 : 0;
        if (_inStep++ == 0)
        {
            _skip = default; // video is skipped for viewers in step that missed some; this one, the first, missed none
        }

        if (viewer.Tracks.Length > _tracks.Length)
        {
            Array.Resize(ref _tracks, viewer.Tracks.Length);
            Array.Resize(ref _sentByTrack, viewer.Tracks.Length);
            Array.Resize(ref _bytesByTrack, viewer.Tracks.Length);
            Array.Resize(ref _droppedByTrack, viewer.Tracks.Length);
        }

        viewer.AddedAtDropped = CrowdDropped(viewer);

        viewer.AddedAtPackets = 0;
        viewer.AddedAtBytes = 0;
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (viewer.Tracks[t].Rtp.IsEmpty)
            {
                continue;
            }

            viewer.AddedAtPackets += _sentByTrack[t];
            viewer.AddedAtBytes += _bytesByTrack[t];
        }

        if (viewer.IsPlain || viewer.RestsUntilMicros != 0)
        {
            _plain.Add(viewer);
        }
        else
        {
            EnterLists(viewer);
        }
    }

    /// <summary>Among those that get segments.</summary>
    private void EnterLists(UdpViewer viewer)
    {
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (!viewer.Tracks[t].Rtp.IsEmpty)
            {
                (_tracks[t] ??= new UdpTrackList(t)).Add(viewer);
            }
        }
    }

    private void LeaveStep(UdpViewer viewer)
    {
        viewer.SentPackets = PacketsSent(viewer);
        viewer.SentBytes = BytesSent(viewer);
        viewer.DroppedPackets = PacketsDropped(viewer);
        viewer.IsInStep = false;
        _awaitFirst -= viewer.AskedMicros > 0 ? 1 : 0;
        _inStep--;
        foreach (UdpTrackList? list in _tracks)
        {
            list?.Remove(viewer);
        }
    }
}
